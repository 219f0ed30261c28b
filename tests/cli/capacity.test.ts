import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";

const test = suite("rund-lab capacity");
const ask = (...more: readonly string[]) => lab(["capacity", "--runtime", "rund", ...more]);

test("the range over the models is the answer, from a stated total less a stated reserve", async () => {
  const { code, stdout } = await ask("--host-memory", "384GiB", "--guest-memory", "128MiB");
  assert.is(code, 0);
  const text = stdout.replaceAll(/\s+/g, " ");
  assert.match(
    text,
    "RunD with 128 MiB by the label (in truth 308 MiB), on 384 GiB less a reserve of 0 GiB, by paper_data: 1276 to 16329 sandboxes.",
  );
  assert.match(text, "host – – MemAvailable was not recorded");
  assert.match(text, "nothing is extrapolated");
});

test("--reserve is taken off, units are exact, and --json gives every number", async () => {
  const { stdout } = await ask("--host-memory", "384GB", "--reserve", "16GB", "--guest-memory", "128MiB", "--json");
  const found = JSON.parse(stdout) as {
    hostBytes: number;
    reserveBytes: number;
    range: number[];
    startTimes: object[];
  };
  assert.equal([found.hostBytes, found.reserveBytes], [384e9, 16e9]);
  // 368e9 bytes by 308 MiB
  assert.is(found.range[0], 1139);
  assert.ok(found.startTimes.length > 10);
});

test("a size without a unit, and one that nobody measured, are errors that say what would do", async () => {
  const noUnit = await ask("--host-memory", "384", "--guest-memory", "128MiB");
  assert.is(noUnit.code, 2);
  assert.match(noUnit.stderr, "384GiB");
  const unmeasured = await ask("--host-memory", "384GiB", "--guest-memory", "100MiB");
  assert.is(unmeasured.code, 4);
  assert.match(unmeasured.stderr, "guests of 128, 256, 512, 1024, 2048, 4096 MiB");
});

test("an unknown runtime is bad input, a missing option a usage error", async () => {
  const stranger = await lab(["capacity", "--runtime", "nobody", "--host-memory", "1GiB", "--guest-memory", "128MiB"]);
  assert.is(stranger.code, 4);
  assert.match(stranger.stderr, "memory of nobody");
  assert.is((await ask()).code, 2);
});

test.run();
