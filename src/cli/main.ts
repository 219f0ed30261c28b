#!/usr/bin/env node
import { runCommandLine } from "./program.js";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // whoever reads the pipe has seen enough (`… | head`); anything else must not pass for a success
    if (error.code === "EPIPE") process.exit();
    if (stream === process.stdout) process.stderr.write(`stdout: ${error.message}\n`);
    process.exit(3);
  });
}
process.exitCode = await runCommandLine(process.argv.slice(2));
