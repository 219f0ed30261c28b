#!/usr/bin/env node
import { exitCodes } from "../model/errors.js";
import { runCommandLine } from "./program.js";

// what is written here belongs to whoever runs it, however open the umask: it may be root, and its journals are obeyed
process.umask(process.umask() | 0o002);

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // A reader that has seen enough (`… | head`), or that Ctrl-C ended too (`… 2>&1 | tee log`), ends nothing here: a
    // campaign still has sandboxes to remove and configs to put back. Anything else must not pass for a success.
    if (error.code === "EPIPE") return;
    if (stream === process.stdout && process.exitCode === undefined) {
      process.stderr.write(`stdout: ${error.message}\n`);
    }
    process.exitCode ||= exitCodes.machine;
  });
}

const code = await runCommandLine(process.argv.slice(2));
if (code !== 0) process.exitCode = code;
