import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";
import { smallRun } from "../support/run-folder.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("the package in an empty project, with no overrides");

test("installs in at most 130 MB without the optional peers; import, require and the commands work", () =>
  inTempFolder(folder => {
    const run = (program: string, ...words: string[]) =>
      execFileSync(program, words, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const [{ filename }] = JSON.parse(
      execFileSync("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
        cwd: projectRoot,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    );
    writeFileSync(join(folder, "package.json"), '{ "name": "empty", "private": true }\n');
    run("npm", "install", "--no-fund", "--no-audit", join(folder, filename));
    const megabytes = Number(run("du", "-sm", "node_modules").split("\t")[0]);
    console.log(`installed: ${megabytes} MB`);
    assert.ok(megabytes <= 130, `${megabytes} MB`);
    for (const peer of ["danfojs-node", "tslab", "plotly.js-dist", "zeromq", "jsdom"]) {
      assert.not.ok(existsSync(join(folder, "node_modules", peer)), peer);
    }
    const parse = 'parseClientLog("ab 1000 1084 84\\n").rows[0].latencyMs';
    assert.is(
      run("node", "--input-type=module", "-e", `import { parseClientLog } from "rund-lab/logs"; console.log(${parse})`),
      "84\n",
    );
    assert.is(run("node", "-e", `const { parseClientLog } = require("rund-lab/logs"); console.log(${parse})`), "84\n");
    assert.is(run("node", "-e", 'console.log(require("rund-lab/stats").mean([1, 2, 6]))'), "3\n");
    assert.is(run("npx", "rund-lab", "verify"), "356 of 356 published cells recomputed exactly\n");
    writeFiles(folder, smallRun());
    assert.match(run("npx", "rund-lab", "analyze", "time_rund_01020304"), /rund,85\.0,113\.5/);
    run("npx", "rund-lab", "reproduce", "--no-notebooks", "--out", "results");
    assert.match(readFileSync(join(folder, "results/tables/ae_data/time.csv"), "utf8"), /rund,94\.3/);

    // types, with the three ways in which compilers look them up
    writeFiles(folder, {
      "use.ts":
        'import { parseClientLog, readCells } from "rund-lab/logs";\nimport { mean } from "rund-lab/stats";\nexport const n: number = mean(parseClientLog("").rows.map(row => row.latencyMs));\nexport { readCells };\nexport * as lab from "rund-lab";\nexport { makePlan } from "rund-lab/measure";\n',
    });
    for (const [module, resolution] of [
      ["nodenext", "nodenext"],
      ["esnext", "bundler"],
      ["commonjs", "node10"],
    ] as const) {
      // zod's types for CommonJS need esModuleInterop, which tsc --init sets
      const compiler = join(projectRoot, "node_modules/typescript/bin/tsc");
      run(
        "node",
        compiler,
        "--strict",
        "--noEmit",
        "--esModuleInterop",
        "--target",
        "es2022",
        "--module",
        module,
        "--moduleResolution",
        resolution,
        "use.ts",
      );
    }

    const kernel = spawnSync("npx", ["rund-lab", "kernel", "install"], { cwd: folder, encoding: "utf8" });
    assert.equal([kernel.status, kernel.stdout], [3, ""]);
    assert.match(
      kernel.stderr,
      /the kernel needs these packages: tslab, typescript, zeromq\nhint: npm install tslab typescript zeromq/,
    );

    const frame = spawnSync(
      "node",
      [
        "--input-type=module",
        "-e",
        'import { frame } from "rund-lab"; frame([{ a: 1 }]).catch(error => console.log(error.code, error.exitCode, error.message))',
      ],
      { cwd: folder, encoding: "utf8" },
    );
    assert.match(frame.stdout, /^RUND_NEEDS_DANFO 3 frames need danfojs-node/);
  }));

test.run();
