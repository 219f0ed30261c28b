import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseOutput } from "../../../src/measure/workload/container-output.js";

const test = suite("what a container has written");

const at = "2026-11-26T12:48:36.36004241Z";

test("the streams are separated, and the pieces of a line are joined", () => {
  const log = [
    `${at} stdout F {`,
    `${at} stderr F oh`,
    `${at} stdout P   "a`,
    `${at} stdout F ": 1`,
    `${at} stdout F }`,
  ];
  assert.equal(parseOutput(`${log.join("\n")}\n`), { stdout: '{\n  "a": 1\n}\n', stderr: "oh\n" });
});

test("an empty line is kept, and a line that is still being written is left out", () => {
  assert.is(parseOutput(`${at} stdout F \n${at} std`).stdout, "\n");
});

test.run();
