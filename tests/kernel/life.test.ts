import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { kernelArgv } from "../../src/kernel/spec.js";
import { untilEnded } from "../support/child-command.js";
import { inTempFolder } from "../support/temp.js";
import { LiveKernel, labKernel } from "./live-kernel.js";

const test = suite("a kernel's life");

/** Writes a connection file with sockets in a folder, and returns its path. */
function connectionFile(folder: string): string {
  const file = join(folder, "connection.json");
  const ports = { shell_port: 1, control_port: 2, iopub_port: 3, stdin_port: 4, hb_port: 5 };
  writeFileSync(file, JSON.stringify({ transport: "ipc", ip: join(folder, "k"), key: "k", ...ports }));
  return file;
}

test("restart and shutdown are confirmed on the channel of the request and on iopub", async () => {
  const kernel = await LiveKernel.start();
  const id = kernel.send("shutdown_request", { restart: true }, "control");
  await kernel.until(() => kernel.messages.filter(m => m.parent === id && m.type === "shutdown_reply").length === 2);
  assert.equal(kernel.replyTo(id), { status: "ok", restart: true });
  assert.is(await kernel.process.ended, "ended with exit code 0");
  await kernel.stop();
});

test("a kernel whose front end was killed ends by itself", () =>
  inTempFolder(async folder => {
    // the front end is a node process that starts the kernel and is killed
    const script = `
      const { spawn } = require("node:child_process");
      const kernel = spawn(process.argv[1], process.argv.slice(2), {
        stdio: "ignore", detached: true, env: { ...process.env, JPY_PARENT_PID: String(process.pid) } });
      console.log(kernel.pid);
      setTimeout(() => process.kill(process.pid, "SIGKILL"), 700);`;
    const file = connectionFile(folder);
    const argv = labKernel.argv.map(word => word.replace("{connection_file}", file));
    const { stdout } = spawnSync(process.execPath, ["-e", script, "--", ...argv], { encoding: "utf8" });
    const pid = Number(stdout);
    assert.ok(pid > 1, stdout);
    await untilEnded(pid);
  }));

test("a kernel without a folder for temporary files reports that and ends", () =>
  inTempFolder(folder => {
    const file = connectionFile(folder);
    const [node, ...words] = kernelArgv().map(word => word.replace("{connection_file}", file));
    const env = { ...process.env, TMPDIR: join(folder, "gone") };
    const { status, stderr } = spawnSync(node!, words, { encoding: "utf8", timeout: 20_000, env });
    assert.is(status, 3);
    assert.equal(stderr.trimEnd().split("\n"), [
      `${folder}/gone: expected a folder for temporary files, in which files can be created, found ENOENT`,
      "hint: set TMPDIR to such a folder; it is set to this path",
    ]);
  }));

test.run();
