import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";

const test = suite("rund-lab capacity");
const ask = (...more: readonly string[]) => lab(["capacity", "--runtime", "rund", ...more]);

test("the answer is the range over the models, from the host's memory minus the reserve", async () => {
  const { code, stdout } = await ask("--host-memory", "384GiB", "--guest-memory", "128MiB");
  assert.is(code, 0);
  const text = stdout.replaceAll(/\s+/g, " ");
  assert.match(
    text,
    "RunD with a nominal guest memory of 128 MiB (actually 308 MiB), on 384 GiB minus a reserve of 0 GiB, from paper_data: 1276 to 16329 sandboxes.",
  );
  assert.match(text, "host – – MemAvailable was not recorded");
  assert.match(text, "nothing is extrapolated");
});

test("--reserve is subtracted, units are exact, and --json contains every number", async () => {
  const { stdout } = await ask("--host-memory", "384GB", "--reserve", "16GB", "--guest-memory", "128MiB", "--json");
  const found = JSON.parse(stdout) as {
    hostBytes: number;
    reserveBytes: number;
    range: number[];
    startTimes: object[];
  };
  assert.equal([found.hostBytes, found.reserveBytes], [384e9, 16e9]);
  // 368e9 bytes divided by 308 MiB
  assert.is(found.range[0], 1139);
  assert.ok(found.startTimes.length > 10);
});

test("a size without a unit, and a guest memory that was not measured, are errors with the accepted values", async () => {
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

test("the recorded ramp of gVisor is the best model, and the text says how far PSS was off", async () => {
  const campaign = join(projectRoot, "raw/arrivals-and-fit");
  const asked = ["capacity", "--runtime", "runsc", "--host-memory", "16GiB", "--data", campaign];
  const { code, stdout } = await lab(asked);
  assert.is(code, 0);
  assert.match(stdout, /^The best estimate is that of the fit model, from a measured ramp: \d+ sandboxes\.$/m);
  assert.match(stdout, /^idle +\d+ +\d+\.\d MiB +[−+]\d+ % +PSS at the end of a ramp to 150$/m);
  const { models } = JSON.parse((await lab([...asked, "--json"])).stdout) as { models: { model: string }[] };
  assert.is(models[0]!.model, "fit");
  const other = await ask("--host-memory", "16GiB", "--guest-memory", "128MiB", "--fit", campaign);
  assert.is(other.code, 4);
  assert.match(other.stderr, /expected a ramp of rund, found runc, crun, runsc/);
});

test.run();
