import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command } from "commander";
import { readRounds, traceOf } from "../../analysis/stages/index.js";
import type { RoundEvent } from "../../campaign-files/index.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, print } from "../terminal/io.js";

export default (io: Io): Command =>
  new Command("trace")
    .description(
      "Writes one round of a campaign as a trace that has a track for each client with the stages of its cold start. Open it in Perfetto (ui.perfetto.dev) or chrome://tracing.",
    )
    .argument("<dir>", "a campaign's folder")
    .option("--cell <cell>", "RUNTIME/CONCURRENCY or RUNTIME/DENSITY/CONCURRENCY, such as runc/10 (default: the first)")
    .option("--round <n>", "the round of that cell (default: the first)")
    .option("--out <file>", "the file to write (default: standard output)")
    .action((dir: string, { cell, round, out }: { cell?: string; round?: string; out?: string }) => {
      const found = choose(readRounds(resolve(io.cwd, dir)), cell, round, dir);
      const text = `${JSON.stringify(traceOf(found))}\n`;
      if (out === undefined) return print(io, text);
      writeFileSync(resolve(io.cwd, out), text);
      note(io, `${cellName(found)}, round ${found.round}: written to ${resolve(io.cwd, out)}`);
    });

const cellName = ({ runtime, density, concurrency }: RoundEvent): string =>
  density === 0 ? `${runtime}/${concurrency}` : `${runtime}/${density}/${concurrency}`;

/** Returns the round to write. @throws LabError `RUND_TRACE_CELL` if there is no such round */
function choose(rounds: readonly RoundEvent[], cell: string | undefined, round: string | undefined, where: string) {
  const names = [...new Set(rounds.map(cellName))];
  const named = cell ?? names[0];
  const found = rounds.find(each => cellName(each) === named && (round === undefined || String(each.round) === round));
  if (found !== undefined) return found;
  throw new LabError("RUND_TRACE_CELL", "input", "", {
    where,
    expected: `a round of ${names.join(", ") || "some cell"}`,
    found: `no round${round === undefined ? "" : ` ${round}`} of ${named ?? "any cell"}`,
    hint: "name a round with --cell RUNTIME/CONCURRENCY and --round N",
  });
}
