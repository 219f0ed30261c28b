import { suite } from "uvu";
import * as assert from "uvu/assert";
import { runProgress } from "../../src/cli/run/progress.js";
import { onInterruption } from "../../src/cli/terminal/interruption.js";
import type { Io } from "../../src/cli/terminal/io.js";

const test = suite("the progress of a campaign");

/** Returns an `Io` that keeps its output, and its stderr may be a terminal. */
function surroundings(isTTY: boolean): { readonly io: Io; written(): string } {
  let text = "";
  const stderr = { isTTY, columns: 80, write: (more: string) => (text += more) };
  return { io: { stdout: stderr, stderr, env: {}, cwd: "/", quiet: false }, written: () => text };
}

const at = (done: number, doing: string) => ({
  runtime: "runc",
  experiment: "time",
  density: 0,
  concurrency: 10,
  memoryMb: null,
  doing,
  done,
  of: 4,
});

test("on a terminal, one line contains the bar, rounds, time left, cell and round", () => {
  const { io, written } = surroundings(true);
  const progress = runProgress(io, { expectedSeconds: 75 }, new AbortController().signal);
  progress.report(at(1, "round 2"));
  progress.stop();
  assert.match(written(), /█{6}░{18} 1\/4 · 56 s left · time runc concurrency 10 · round 2/);
});

test("without a terminal, each visit has one line", () => {
  const { io, written } = surroundings(false);
  const progress = runProgress(io, { expectedSeconds: 75 }, new AbortController().signal);
  progress.report(at(0, "prewarm"));
  progress.report(at(0, "round 1"));
  progress.stop();
  assert.is(written(), "0/4 time runc concurrency 10, about 1 min 15 s left\n");
});

test("Ctrl-C removes the bar and restores the terminal's cursor and line wrapping before the message is printed", () => {
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
