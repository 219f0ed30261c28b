import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runProgress } from "../../src/cli/run/progress.js";
import { onInterruption } from "../../src/cli/terminal/interruption.js";
import type { Io } from "../../src/cli/terminal/io.js";

const test = suite("the progress of a campaign");

/** A command's surroundings with a stderr that keeps what is written, and perhaps is a terminal. */
function surroundings(isTTY: boolean): { readonly io: Io; written(): string } {
  let text = "";
  const stderr = { isTTY, columns: 80, write: (more: string) => (text += more) };
  return { io: { stdout: stderr, stderr, env: {}, cwd: "/", quiet: false }, written: () => text };
}

const at = (done: number, doing: string) => ({
  ...{ runtime: "runc", experiment: "time", density: 0, concurrency: 10, memoryMb: null, doing, done, of: 4 },
});

test("on a terminal one line has the bar, rounds, time left, cell and round", () => {
  const { io, written } = surroundings(true);
  const progress = runProgress(io, { expectedSeconds: 75 }, new AbortController().signal);
  progress.report(at(1, "round 2"));
  progress.stop();
  assert.match(written(), /█{6}░{18} 1\/4 · 56 s left · time runc concurrency 10 · round 2/);
});

test("elsewhere it tells of each visit once", () => {
  const { io, written } = surroundings(false);
  const progress = runProgress(io, { expectedSeconds: 75 }, new AbortController().signal);
  progress.report(at(0, "prewarm"));
  progress.report(at(0, "round 1"));
  progress.stop();
  assert.is(written(), "0/4 time runc concurrency 10, about 1 min 15 s left\n");
});

test("Ctrl-C takes the bar away for good before anything is said, and gives lines and cursor back to the terminal", () => {
  const { io, written } = surroundings(true);
  const interruption = onInterruption(io, () => "");
  try {
    const progress = runProgress(io, { expectedSeconds: 75 }, interruption.signal);
    progress.report(at(1, "round 2"));
    process.emit("SIGINT");
    progress.report(at(2, "round 3"));
    progress.stop();
  } finally {
    interruption.stop();
  }
  const [before = "", after] = written().split("interrupted: cleaning up");
  // cursor shown, lines wrapped, the line cleared
  assert.ok(before.endsWith("\x1b[?25h\x1b[?7h\x1b8\x1b[1G\x1b[2K"), JSON.stringify(before.slice(-60)));
  assert.is(after, ", which may take a while (press Ctrl-C again to quit at once)\n");
});

test.run();
