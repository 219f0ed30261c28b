import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../src/analysis/stats/index.js";

export const root = fileURLToPath(new URL("..", import.meta.url));

/** The artifact's raw logs, or undefined if they were not fetched. */
export const artifact = [process.env.RUND_LAB_ARTIFACT, join(root, "raw", "RunD_ATC22")].find(
  (folder): folder is string => folder !== undefined && existsSync(join(folder, "paper_data")),
);

/** A whole process: seconds from start to end, and its peak resident memory in MB (from /usr/bin/time). */
interface Measured {
  readonly seconds: number;
  readonly peakMb: number;
}

/** A program that a benchmark runs as a process of its own. */
export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

function measure({ name, command }: Contender): Measured {
  const began = process.hrtime.bigint();
  const [program = "", ...words] = command;
  const { status, stderr } = spawnSync("/usr/bin/time", ["-f", "%M", program, ...words], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "ignore", "pipe"],
  });
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  if (status !== 0) throw new Error(`${name} failed: ${stderr}`);
  return { seconds, peakMb: Number(stderr.trim().split("\n").at(-1)) / 1024 };
}

/** Runs two contenders in turn, `runs` times after a warm-up, prints a row for each, and returns the runs of each. */
export function inTurn(
  contenders: readonly [Contender, Contender],
  runs: number,
): readonly [readonly Measured[], readonly Measured[]] {
  const results: [Measured[], Measured[]] = [[], []];
  for (let run = -1; run < runs; run++) {
    for (const [index, contender] of contenders.entries()) {
      const measured = measure(contender);
      if (run >= 0) results[index]!.push(measured);
    }
  }
  for (const [index, { name }] of contenders.entries()) console.log(rowOf(name, results[index]!));
  return results;
}

/** Returns the median of the ratios run by run, so that both sides of a ratio had the same load on the machine. */
export const ratio = (a: readonly Measured[], b: readonly Measured[]): number =>
  median(a.map(({ seconds }, index) => seconds / b[index]!.seconds));

/** Returns a row of output: the contender's name, its median seconds, and the largest of its peaks. */
const rowOf = (name: string, runs: readonly Measured[]): string =>
  `  ${name.padEnd(44)} ${median(runs.map(({ seconds }) => seconds))
    .toFixed(2)
    .padStart(7)} s  ${Math.max(...runs.map(({ peakMb }) => peakMb))
    .toFixed(0)
    .padStart(5)} MB peak`;
