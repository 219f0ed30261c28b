import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("rund-lab kernel");

test("spec prints kernel.json, with absolute paths that exist", async () => {
  const { code, stdout, stderr } = await lab(["kernel", "spec"]);
  assert.equal([code, stderr], [0, ""]);
  const spec = JSON.parse(stdout);
  assert.equal([spec.display_name, spec.language], ["TypeScript (rund-lab)", "typescript"]);
  assert.ok(existsSync(spec.argv[0]) && existsSync(spec.argv.at(-2)), stdout);
  assert.is(spec.argv.at(-1), "{connection_file}");
});

test("install writes the kernelspec to Jupyter's folder, also a second time; uninstall removes it", () =>
  inTempFolder(async folder => {
    const env = { JUPYTER_DATA_DIR: join(folder, "data") };
    const place = join(folder, "data", "kernels", "rund-lab");
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await lab(["kernel", "install"], { env });
      assert.equal([code, stdout], [0, `${place}\n`]);
    }
    assert.is(JSON.parse(readFileSync(join(place, "kernel.json"), "utf8")).display_name, "TypeScript (rund-lab)");
    assert.is((await lab(["kernel", "uninstall"], { env })).code, 0);
    assert.not(existsSync(place));
    const again = await lab(["kernel", "uninstall"], { env });
    assert.is(again.code, 4);
    assert.match(again.stderr, "no kernelspec to remove");
    assert.match(again.stderr, "hint: rund-lab kernel install");
  }));

test("--prefix chooses the folder, and a folder that cannot be written is an error with the next step", () =>
  inTempFolder(async folder => {
    const { stdout } = await lab(["kernel", "install", "--prefix", folder, "--quiet"]);
    assert.is(stdout, `${join(folder, "share/jupyter/kernels/rund-lab")}\n`);
    writeFileSync(join(folder, "file"), "");
    const { code, stderr } = await lab(["kernel", "install", "--prefix", join(folder, "file")]);
    assert.is(code, 3);
    assert.match(stderr, "ENOTDIR");
    assert.match(stderr, "hint: choose a folder");
  }));

test("an unknown subcommand is a usage error", async () => {
  assert.is((await lab(["kernel", "dance"])).code, 2);
});

test.run();
