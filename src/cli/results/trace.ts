import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import type { RoundEvent } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, print } from "../terminal/io.js";

interface TraceOptions {
  readonly cell?: string;
  readonly round?: string;
  readonly out?: string;
}

export default (io: Io): Command =>
  new Command("trace")
    .description(
      "Writes one round of a campaign as a trace that has a track for each client with the stages of its cold start. Open it in Perfetto (ui.perfetto.dev) or chrome://tracing.",
    )
    .argument("<dir>", "a campaign's folder")
    .option("--cell <cell>", "RUNTIME/CONCURRENCY or RUNTIME/DENSITY/CONCURRENCY, such as runc/10 (default: the first)")
    .option("--round <n>", "the round of that cell (default: the first)")
    .option("--out <file>", "the file to write (default: standard output)")
    .action((dir: string, options: TraceOptions) => trace(io, dir, options));

async function trace(io: Io, dir: string, { cell, round, out }: TraceOptions): Promise<void> {
  const { readRounds, traceOf } = await import("../../analysis/stages/index.js");
  const rounds = readRounds(resolve(io.cwd, dir));
  const found = choose(rounds, cell, round, dir);
  const text = `${JSON.stringify(traceOf(found))}\n`;
  if (out === undefined) return print(io, text);
  const file = resolve(io.cwd, out);
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new LabError("RUND_WRITE", "machine", "cannot be written", {
      where: file,
      hint: "name another --out",
      cause,
    });
  }
  note(io, `${cellName(found)}, round ${found.round}: written to ${file}`);
}

const cellName = ({ runtime, density, concurrency }: RoundEvent): string =>
  density === 0 ? `${runtime}/${concurrency}` : `${runtime}/${density}/${concurrency}`;

/** @throws LabError `RUND_TRACE_CELL` if there is no such round */
function choose(rounds: readonly RoundEvent[], cell: string | undefined, round: string | undefined, where: string) {
  const named = cell === undefined ? rounds.slice(0, 1).map(cellName)[0] : cell;
  const found = rounds.find(each => cellName(each) === named && (round === undefined || String(each.round) === round));
  if (found !== undefined) return found;
  const there = [...new Set(rounds.map(cellName))];
  throw new LabError("RUND_TRACE_CELL", "input", "", {
    where,
    expected: `a round of ${there.join(", ") || "some cell"}`,
    found: `none of ${named ?? "any cell"}${round === undefined ? "" : `, round ${round}`}`,
    hint: "`rund-lab trace DIR --cell RUNTIME/CONCURRENCY --round N`",
  });
}
