#!/usr/bin/env node
import { exitCodes } from "../model/errors.js";
import { runCommandLine } from "./program.js";

// even with an open umask, files are not writable for others: this program may run as root, and it replays its journals
process.umask(process.umask() | 0o002);

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // If the reader of a pipe has ended (`… | head`, or Ctrl-C in `… 2>&1 | tee log`), this program continues, because a campaign
    // still has sandboxes to remove and configs to restore. Any other failure must not look like a success.
    if (error.code === "EPIPE") return;
    if (stream === process.stdout && process.exitCode === undefined) {
      process.stderr.write(`stdout: ${error.message}\n`);
    }
    process.exitCode ||= exitCodes.machine;
  });
}

const code = await runCommandLine(process.argv.slice(2));
if (code !== 0) process.exitCode = code;
