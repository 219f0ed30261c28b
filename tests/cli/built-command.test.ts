import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { projectRoot, suiteNeeding } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const built = suiteNeeding("the built command", {
  name: "dist/ (npm run build)",
  here: existsSync(join(projectRoot, "dist/cli/main.js")),
});

built("prints the version, and exactly one JSON document on stdout", () => {
  const command = join(projectRoot, "dist/cli/main.js");
  const version = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).version;
  assert.is(execFileSync(process.execPath, [command, "--version"], { encoding: "utf8" }), `${version}\n`);
  JSON.parse(execFileSync(process.execPath, [command, "verify", "--json"], { encoding: "utf8", cwd: "/" }));
});

built("a closed pipe is no error; a full disk is not reported as a success", () => {
  const command = '"$0" "$1" analyze paper_data --json';
  const shell = (script: string) =>
    spawnSync("sh", ["-c", script, process.execPath, join(projectRoot, "dist/cli/main.js")], { encoding: "utf8" });
  const piped = shell(`(${command}; echo "exit $?" >&2) | head -c 10`);
  assert.equal([piped.stdout.length, piped.stderr], [10, "exit 0\n"]);
  const full = shell(`${command} > /dev/full`);
  assert.equal([full.status, full.stderr], [3, "stdout: ENOSPC: no space left on device, write\n"]);
});

built("others cannot write its files, even with an open umask", () =>
  inTempFolder(cwd => {
    const script = 'umask 000; "$0" "$1" analyze paper_data --out tables';
    spawnSync("sh", ["-c", script, process.execPath, join(projectRoot, "dist/cli/main.js")], { cwd });
    assert.is((statSync(join(cwd, "tables")).mode & 0o777).toString(8), "775");
    assert.is((statSync(join(cwd, "tables/time.csv")).mode & 0o777).toString(8), "664");
  }),
);

built.run();
