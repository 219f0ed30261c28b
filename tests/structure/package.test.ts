import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";

const test = suite("the package");
const read = (file: string) => readFileSync(join(projectRoot, file), "utf8");
const manifest = JSON.parse(read("package.json"));

test("the entry points are those of the rooms", () => {
  assert.equal(Object.keys(manifest.exports), [
    ".",
    "./logs",
    "./stats",
    "./measure",
    "./campaign-files",
    "./package.json",
  ]);
  for (const { types, default: module } of Object.values(manifest.exports).filter(
    entry => typeof entry === "object",
  ) as {
    types: string;
    default: string;
  }[]) {
    for (const file of [types, module]) assert.ok(read(file).length > 0, file);
  }
});

test("packages that a library's user does not need are optional peers, not dependencies", () => {
  const heavy = ["tslab", "zeromq", "danfojs-node", "plotly.js-dist", "jsdom", "@resvg/resvg-js"];
  for (const name of heavy) {
    assert.not.ok(name in manifest.dependencies, name);
    assert.ok(manifest.peerDependenciesMeta[name]?.optional, name);
  }
});

test("danfo's dependencies with addresses outside the registry are replaced", () => {
  assert.equal(Object.keys(manifest.overrides["danfojs-node"]), ["@tensorflow/tfjs-node", "xlsx"]);
});

test("Node 20.19 is the oldest version, because it is the first 20.x that can require() ES modules", () => {
  assert.is(manifest.engines.node, ">=20.19.0");
  assert.is(manifest.type, "module");
});

test("the lock file names no registry", () => {
  assert.match(read(".npmrc"), /^omit-lockfile-registry-resolved=true$/m);
  assert.not.match(read("package-lock.json"), /"resolved": "https?:/);
});

test("the tarball holds the compiled library, the distilled data and the documents, and no raw log, test or source map", () => {
  const [{ files, size }] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }),
  );
  const names: string[] = files.map(({ path }: { path: string }) => path);
  for (const wanted of [
    "dist/logs/index.js",
    "dist/cli/main.js",
    "paper_data/rounds.csv",
    "ae_data/rounds.csv",
    "README.md",
    "docs/images/fig-10.png",
    "docs/log-formats.md",
    "LICENSE",
  ]) {
    assert.ok(names.includes(wanted), wanted);
  }
  assert.equal(
    names.filter(name => /client\d+\.txt$|^(tests|src|bench)\/|\.map$|tsbuildinfo/.test(name)),
    [],
  );
  assert.ok(size < 2e6, `${size} bytes packed`);
});

test("the folders of the recorded data contain no third-party raw log", () => {
  const files = ["paper_data", "ae_data"].flatMap(folder =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" }),
  );
  assert.ok(files.includes("rounds.csv"));
  assert.equal(
    files.filter(file => /client\d{3}\.txt|result_\d+MB/.test(file)),
    [],
  );
});

test.run();
