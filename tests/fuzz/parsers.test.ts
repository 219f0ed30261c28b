import { spawnSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";

const test = suite("damaged input");

test("three seconds of it stop no reader; `npm run fuzz` takes ten minutes", () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", "tests/fuzz/parsers.ts"], {
    cwd: projectRoot,
    encoding: "utf8",
    env: { ...process.env, FUZZ_SECONDS: "3", FUZZ_SEED: "1" },
  });
  assert.is(status, 0, stdout + stderr);
  assert.match(stdout, /^[1-9]\d* inputs, 0 faults, seed 1$/m);
});

test.run();
