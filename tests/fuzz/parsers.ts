/**
 * Feeds damaged and random input to every reader, for a bounded time: `npm run fuzz`.
 *
 *   FUZZ_SECONDS  how long (600)
 *   FUZZ_SEED     where the inputs come from (the clock); an input is made of the seed and its number alone
 *   FUZZ_ONLY     a part of a target's name
 *
 * A reader may give rows, name problems, or throw LabError. Anything else is a fault, and so is one input that takes
 * more than five seconds of processor time: the input is printed, and the exit code is 1.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "../../src/analysis/stats/random.js";
import { LabError } from "../../src/model/errors.js";
import type { Problem } from "../../src/model/problem.js";
import { damaged } from "./damage.js";
import { targets } from "./targets.js";

const SLOW_SECONDS = 5;
const seconds = Number(process.env.FUZZ_SECONDS ?? 600);
const seed = process.env.FUZZ_SEED ?? String(Date.now());
const folder = mkdtempSync(join(tmpdir(), "rund-lab-fuzz-"));
const chosen = targets(folder).filter(({ name }) => name.includes(process.env.FUZZ_ONLY ?? ""));

const isProblem = ({ file, line, code, expected, found }: Problem): boolean =>
  [file, code, expected, found].every(part => typeof part === "string" && part.length < 10_000) &&
  (line === null || (Number.isSafeInteger(line) && line > 0));

/** Why reading these bytes is a fault; undefined if it is none. */
function faultOf(read: (bytes: Buffer) => readonly Problem[], bytes: Buffer): string | undefined {
  const before = process.cpuUsage();
  try {
    const wrong = read(bytes).find(problem => !isProblem(problem));
    if (wrong !== undefined) return `no proper problem: ${JSON.stringify(wrong).slice(0, 500)}`;
  } catch (error) {
    if (!(error instanceof LabError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(before);
  const seconds = (user + system) / 1e6;
  return seconds > SLOW_SECONDS ? `${seconds.toFixed(1)} s of processor time for ${bytes.length} bytes` : undefined;
}

console.log(`seed ${seed}, ${seconds} s, ${chosen.length} readers`);
const faults = new Map<string, string>();
const end = performance.now() + seconds * 1000;
let inputs = 0;
for (; chosen.length > 0 && performance.now() < end; inputs++) {
  const target = chosen[inputs % chosen.length]!;
  if (faults.has(target.name)) continue;
  const bytes = damaged(target.seeds, random(`${seed} ${target.name} ${inputs}`));
  const fault = faultOf(target.read, bytes);
  if (fault === undefined) continue;
  faults.set(target.name, fault);
  console.log(`${target.name}, input ${inputs}: ${fault}\n  base64 ${bytes.toString("base64").slice(0, 4000)}`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${inputs} inputs, ${faults.size} faults, seed ${seed}`);
if (faults.size > 0 || inputs === 0) process.exitCode = 1;
