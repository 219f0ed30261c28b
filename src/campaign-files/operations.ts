import { csvText } from "./csv.js";
import { type OperationsEvent, phaseNames } from "./events/operations.js";

/** The first line of `operations.csv`. */
export const operationsHeader = `run,runtime,density,concurrency,block,round,warmup,item,${phaseNames.map(name => `${name}_ms`).join(",")}\n`;

/** Writes a round's items as lines of `operations.csv`, one per item. The fields of phases that the round does not have are empty. */
export function formatOperations(round: OperationsEvent): string {
  const { run, runtime, density, concurrency, block, warmup, items } = round;
  const phases = phaseNames.map(name => round.phases.find(({ phase }) => phase === name));
  const rows = Array.from({ length: items }, (_, item) => {
    const place = [run, runtime, density, concurrency, block, round.round, warmup ? 1 : 0, item + 1];
    const times = phases.map(phase => (phase === undefined ? "" : (phase.us[item]! / 1000).toFixed(3)));
    return [...place, ...times];
  });
  return csvText(rows);
}
