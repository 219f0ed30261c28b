/** Nothing happens while a module loads: no output, no timer, no open handle, no file. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("loading a module");

const built = join(projectRoot, "dist");

/** Programs and workers, which run when they are loaded. */
const programs = [
  "cli/main.js",
  "kernel/main.js",
  "kernel/last-words/publish.js",
  "kernel/protocol/protocol.js",
  "kernel/protocol/signals.js",
];

/** A script that imports each module, and prints those that leave something active. */
const loader = `
  // the loader itself reads files, and libraries check standard output and error
  const usual = ["CloseReq", "FSReqPromise", "FSReqCallback", "FileHandleCloseReq", "PipeWrap", "TTYWrap"];
  for (const file of process.argv.slice(1)) {
    await import(file);
    const active = process.getActiveResourcesInfo().filter(name => !usual.includes(name));
    if (active.length > 0) console.log(file, active);
  }`;

test("no module does anything while it loads", () =>
  inTempFolder(folder => {
    const modules = readdirSync(built, { recursive: true, encoding: "utf8" })
      .filter(file => file.endsWith(".js") && !programs.includes(file))
      .sort();
    assert.ok(modules.length > 300, `${modules.length} modules in ${built}`);
    const home = join(folder, "home");
    mkdirSync(home);
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--input-type=module", "--eval", loader, ...modules.map(file => join(built, file))],
      // this limit ends the process if a module keeps it alive
      { cwd: folder, env: { PATH: process.env.PATH, HOME: home, TMPDIR: folder }, encoding: "utf8", timeout: 60_000 },
    );
    assert.equal([stdout, stderr, status], ["", "", 0]);
    assert.equal(readdirSync(folder, { recursive: true }), ["home"]);
  }));

test.run();
