/**
 * Runs the test files, each in a process of its own, as many at once as there are cores, and ends with the line
 * `N passed, N failed, N skipped`.
 *
 *   node --import tsx tests/run.ts [--full] [--serial] [part of a path …]
 *
 * `*.test.ts` always run; `*.full.ts`, the long checks, only with `--full`. Files named `*.alone.…`, whose subject is time
 * itself, run one by one when the others are done, with a higher priority where that is allowed. A file that queues no suite, a suite whose
 * `before` hook fails, and a process that dies are failures: uvu alone would pass over all three.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, rmdirSync } from "node:fs";
import { availableParallelism, setPriority } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { campaignGroups, usualParent } from "../src/measure/containerd/census/control-groups.js";
import type { FileResult } from "./support/child.js";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const options = process.argv.slice(2);
const full = options.includes("--full");
const wanted = options.filter(option => !option.startsWith("--"));
const kinds = full ? [".test.ts", ".full.ts"] : [".test.ts"];
const files = readdirSync(here, { recursive: true, encoding: "utf8" })
  .filter(file => kinds.some(kind => file.endsWith(kind)))
  .filter(file => wanted.length === 0 || wanted.some(part => join("tests", file).includes(part)))
  .sort();

const isAlone = (file: string): boolean => file.includes(".alone.");

interface FileRun {
  readonly file: string;
  readonly output: string;
  readonly seconds: number;
  readonly result: FileResult;
}

/** Runs one file in a child and reads its result from file descriptor 3. */
async function runFile(file: string): Promise<FileRun> {
  const started = performance.now();
  const child = spawn(process.execPath, ["--import", "tsx", join(here, "support", "child.ts"), join(here, file)], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe", "pipe"],
    env: { ...process.env, FORCE_COLOR: "0" },
  });
  if (isAlone(file)) comeFirst(child.pid!);
  const output: Buffer[] = [];
  const report: Buffer[] = [];
  child.stdout?.on("data", chunk => output.push(chunk));
  child.stderr?.on("data", chunk => output.push(chunk));
  child.stdio[3]?.on("data", (chunk: Buffer) => report.push(chunk));
  const [code, signal] = await once(child, "close");
  const text = Buffer.concat(report).toString();
  const message = `the process ended early (${signal ?? `exit ${code}`}) before its tests were done`;
  const result: FileResult = text ? JSON.parse(text) : { passed: 0, failed: 1, skipped: [], message };
  const seconds = (performance.now() - started) / 1000;
  return { file, output: Buffer.concat(output).toString(), seconds, result };
}

/** Ahead of whatever else runs on the machine, where it lets us. */
function comeFirst(pid: number): void {
  try {
    setPriority(pid, -10);
  } catch {
    // only root may
  }
}

const total = { passed: 0, failed: 0, skipped: 0 };
const skippedFor = new Map<string, string[]>();
async function work(queue: string[]) {
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    const { output, seconds, result } = await runFile(file);
    const bad = result.failed > 0;
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped.length;
    for (const { name, reason } of result.skipped) {
      const names = skippedFor.get(reason) ?? [];
      names.push(`${file}: ${name}`);
      skippedFor.set(reason, names);
    }
    const count = `${result.passed}/${result.passed + result.failed}`;
    console.log(`${bad ? "FAIL" : "ok  "} ${relative(root, join(here, file))} (${count}, ${seconds.toFixed(1)} s)`);
    if (bad) console.log(`${output}${result.message ? `  ${result.message}\n` : ""}`);
  }
}

if (files.length === 0) {
  console.log("no test file matches");
  process.exitCode = 1;
}
// tests that call CRI directly name no parent of control groups, and containerd never removes its own
const groupsBefore = campaignGroups(usualParent);
const workers = options.includes("--serial") ? 1 : availableParallelism();
const together = files.filter(file => !isAlone(file));
await Promise.all(Array.from({ length: workers }, () => work(together)));
await work(files.filter(isAlone));
for (const group of campaignGroups(usualParent).filter(each => !groupsBefore.includes(each))) {
  try {
    rmdirSync(group);
  } catch (error) {
    // another containerd of this machine may use it by now
    console.log(`not removed: ${(error as Error).message}`);
  }
}

for (const [reason, names] of skippedFor) {
  const some = names.slice(0, 3).join("; ") + (names.length > 3 ? "; …" : "");
  console.log(`skipped ${names.length}, ${reason}: ${some}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
