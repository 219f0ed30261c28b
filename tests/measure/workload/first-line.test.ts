import { appendFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { FirstLines, readFirstLine } from "../../../src/measure/workload/first-line.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("the first line of a container's log");

test("the stamp is read to the microsecond; trailing zeros and the process's own time are optional", () => {
  // 2026-11-26T12:48:36Z is 1795697316 s after 1970, by date(1)
  const line = readFirstLine("2026-11-26T12:48:36.36004241Z stdout F started 1795697316.359871\nmore");
  assert.equal(line, {
    stampEpochMs: 1_795_697_316_360.042,
    ownEpochMs: 1_795_697_316_359.871,
    text: "started 1795697316.359871",
  });
  assert.is(readFirstLine("2026-11-26T12:48:36Z stderr F hello\n")?.ownEpochMs, null);
  assert.is(readFirstLine("2026-11-26T12:48:36Z stdout P a part of a long line\n")?.text, "a part of a long line");
});

test("an incomplete line and a line in another format are not taken for a first line", () => {
  for (const text of ["", "2026-11-26T12:48:36Z stdout F hel", "hello\n", "2026-99-26T12:48:36Z stdout F x\n"]) {
    assert.is(readFirstLine(text), undefined, text);
  }
});

test("a complete line is seen in a new file, in an existing file, and in a file that is moved into the folder", () =>
  inTempFolder(async folder => {
    const at = (name: string) => join(folder, name);
    const line = (text: string) => `2026-11-26T12:48:36Z stdout F ${text}\n`;
    writeFileSync(at("before"), line("before"));
    const lines = new FirstLines(folder, true);
    try {
      const [before, late, moved] = ["before", "late", "moved"].map(name => lines.of(name));
      writeFileSync(at("late"), line("late").slice(0, 25));
      assert.is(lines.seen("late"), undefined);
      appendFileSync(at("late"), line("late").slice(25));
      writeFileSync(at("elsewhere"), line("moved"));
      renameSync(at("elsewhere"), at("moved"));
      const found = await Promise.all([before, late, moved]);
      assert.equal(
        found.map(each => each!.text),
        ["before", "late", "moved"],
      );
    } finally {
      lines.close();
    }
  }));

test("a first line that is longer than the read part of a log is truncated", () =>
  inTempFolder(async folder => {
    const lines = new FirstLines(folder, false);
    writeFileSync(join(folder, "long"), `2026-11-26T12:48:36Z stdout P ${"x".repeat(10_000)}\n`);
    assert.match(lines.seen("long")?.text ?? "", /^x{4000,4096}$/);
    lines.close();
  }));

test.run();
