import type { Manifest, OperationsEvent, PhaseName } from "../../campaign-files/index.js";
import { groupBy } from "../../model/group-by.js";
import type { OperationCell, OperationRound } from "./dataset.js";

/** The shortest window, in milliseconds, whose busy time is meaningful: the kernel counts it in ticks of 10 ms. */
const shortestWindowMs = 500;

/** Returns the cells of a run of a micro experiment, in the order of density, concurrency and number of containers. */
export function operationCells(
  manifest: Manifest,
  experiment: OperationCell["experiment"],
  events: readonly OperationsEvent[],
): readonly OperationCell[] {
  const cells = groupBy(events, event => `${event.density}/${event.concurrency}/${event.items}`);
  return [...cells.values()]
    .map((own): OperationCell => {
      const { run, runtime: variant, density, concurrency, items: count } = own[0]!;
      const rounds = own.sort((a, b) => a.round - b.round).map(roundOf);
      return { run, experiment, variant, density, concurrency, count, rounds, ...coresAndKernel(manifest) };
    })
    .sort((a, b) => a.density - b.density || a.concurrency - b.concurrency || a.count - b.count);
}

/** Returns the machine on which a campaign ran; empty if its manifest does not record it. */
export function coresAndKernel({ host: { cores, kernel } }: Pick<Manifest, "host">): Pick<OperationCell, "machine"> {
  return typeof cores === "number" && typeof kernel === "string" ? { machine: { cores, kernel } } : {};
}

function roundOf({ round, block, phases, idle }: OperationsEvent): OperationRound {
  const idleBusy = idle.ms < shortestWindowMs || idle.total === 0 ? null : idle.busy / idle.total;
  return { round, block, phases, idleBusy };
}

/**
 * Returns the time of a phase in each round, in milliseconds from the common release of all operations to the end of the last;
 * empty if the experiment does not have the phase.
 */
export const phaseTimesMs = ({ rounds }: Pick<OperationCell, "rounds">, phase: PhaseName): readonly number[] =>
  rounds.flatMap(({ phases }) => phases.filter(each => each.phase === phase).map(({ totalMs }) => totalMs));

/**
 * Returns the time that a round took to make its control groups or root file systems ready for use: the phase `make` and, if
 * there is something to mount, the phase `mount`. In milliseconds; each phase counts from its release to its last end.
 */
export const makingMs = ({ phases }: Pick<OperationRound, "phases">): number =>
  phases.reduce((total, { phase, totalMs }) => total + (phase === "make" || phase === "mount" ? totalMs : 0), 0);
