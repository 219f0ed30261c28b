import { runtimeLabel } from "../../model/runtimes.js";
import type { Dataset } from "../datasets/dataset.js";
import { flagStarts } from "../flags.js";
import { type StartGroup, startGroups } from "../groups.js";
import { holm } from "../stats/correction.js";
import { estimateRatio } from "../stats/estimate.js";
import { mean } from "../stats/mean.js";
import { permutationTest } from "../stats/permutation.js";
import type { ClaimVerdict } from "./judge.js";

/** Something the data shows that nobody asked for. */
export interface Finding {
  readonly kind: "mix-up" | "inversion" | "drift" | "first round" | "end of a lead";
  /** For people, with the numbers. */
  readonly text: string;
  /** The numbers, each with its place. */
  readonly evidence: readonly { readonly at: string; readonly value: number }[];
}

/**
 * What a dataset shows by itself: claimed values that belong to other cells, sandboxes that start faster beside others
 * than alone, drift and odd first rounds, and the density at which one runtime's lead over another ends.
 *
 * @param verdicts of the claims on the same dataset
 */
export function findings(dataset: Dataset, verdicts: readonly ClaimVerdict[] = []): readonly Finding[] {
  const groups = startGroups(dataset).filter(group => group.makespansMs.length > 0);
  return [
    ...mixUps(verdicts),
    ...inversions(groups),
    ...drifts(dataset),
    ...firstRounds(dataset),
    ...endsOfLeads(groups),
  ];
}

/** Two or more values of one claim that are all found at one other concurrency. */
function mixUps(verdicts: readonly ClaimVerdict[]): readonly Finding[] {
  return verdicts.flatMap(({ id, readings }) => {
    const astray = readings.flatMap(({ part, printed, unit, elsewhere }) =>
      (elsewhere?.found ?? []).map(({ at, value }) => {
        const [runtime, place] = at.split(", ");
        return { part, printed, unit, runtime, place: place!, at, value, searched: elsewhere!.searched };
      }),
    );
    return [...new Set(astray.map(({ place }) => place))].flatMap(place => {
      const here = astray.filter(own => own.place === place);
      if (new Set(here.map(({ runtime }) => runtime)).size < 2) return [];
      const values = here.map(({ part, printed, unit }) => `${part} ${printed} ${unit}`).join(" and ");
      const searched = here.reduce((sum, own) => sum + own.searched, 0);
      return {
        kind: "mix-up" as const,
        text: `${id}: ${values} are not in their cells, but are what was measured ${place} (${searched} other cells searched)`,
        evidence: here.map(({ at, value }) => ({ at, value })),
      };
    });
  });
}

/** Cells that are faster on top of background sandboxes than with none: by 10 % or more, at 5 % after Holm's correction. */
function inversions(groups: readonly StartGroup[]): readonly Finding[] {
  const pairs = groups.flatMap(group => {
    const alone = groups.find(
      other =>
        other.experiment === "time" && other.runtime === group.runtime && other.concurrency === group.concurrency,
    );
    if (group.experiment !== "density" || alone === undefined) return [];
    return { group, alone, change: group.makespanMs! / alone.makespanMs! - 1 };
  });
  // a pair that is not faster by so much has nothing to show: its p stands at 1, and still counts in the family
  const ps = holm(
    pairs.map(({ group, alone, change }) =>
      change > -0.1 ? 1 : permutationTest(group.makespansMs, alone.makespansMs, seedOf(group)),
    ),
  );
  const faster = pairs.filter(({ change }, i) => change <= -0.1 && ps[i]! < 0.05);
  const series = new Map<string, typeof faster>();
  for (const pair of faster) {
    const key = `${runtimeLabel(pair.group.runtime)} on top of ${pair.group.density} sandboxes`;
    series.set(key, [...(series.get(key) ?? []), pair]);
  }
  return [...series].map(([name, own]) => ({
    kind: "inversion",
    text: `${name} starts faster than with none: ${own.map(({ group, change }) => `${percent(change)} at ${group.concurrency}`).join(", ")}`,
    evidence: own.map(({ group, change }) => ({ at: seedOf(group), value: change })),
  }));
}

/** Flagged cells whose second half differs from their first by 5 % or more. */
function drifts(dataset: Dataset): readonly Finding[] {
  const flags = flagStarts(dataset);
  return dataset.starts.flatMap((cell, i) => {
    const { drift, driftRho } = flags[i]!;
    const values = cell.rounds.map(({ makespanMs }) => makespanMs);
    const half = Math.floor(values.length / 2);
    const change = mean(values.slice(half)) / mean(values.slice(0, half)) - 1;
    if (!drift || Math.abs(change) < 0.05) return [];
    return {
      kind: "drift" as const,
      text: `${runtimeLabel(cell.runtime)}, ${where(cell)}, drifts over its ${values.length} rounds: ρ = ${driftRho.toFixed(2)}, second half ${percent(change)}`,
      evidence: [{ at: seedOf(cell), value: driftRho }],
    };
  });
}

/** Runs with flagged first rounds, slow or quick. */
function firstRounds(dataset: Dataset): readonly Finding[] {
  const flags = flagStarts(dataset);
  const flagged = dataset.starts.flatMap((cell, i) => {
    const { warmUp, firstRoundRatio } = flags[i]!;
    return warmUp && firstRoundRatio !== null ? [{ cell, ratio: firstRoundRatio, quick: firstRoundRatio < 1 }] : [];
  });
  const keys = [...new Set(flagged.map(({ cell, quick }) => `${cell.run} ${quick ? "quick" : "slow"}`))];
  return keys.map(key => {
    const own = flagged.filter(({ cell, quick }) => `${cell.run} ${quick ? "quick" : "slow"}` === key);
    const { cell, quick } = own[0]!;
    const ratios = own.map(({ cell, ratio }) => `${ratio.toFixed(2)}× (${where(cell)})`).join(", ");
    return {
      kind: "first round",
      text: `${runtimeLabel(cell.runtime)}'s first round is ${quick ? "quick" : "slow"} against the median of the others: ${ratios}`,
      evidence: own.map(({ cell, ratio }) => ({ at: seedOf(cell), value: ratio })),
    };
  });
}

/** Pairs of runtimes where one is ahead at the smallest density and no longer from some density on. */
function endsOfLeads(groups: readonly StartGroup[]): readonly Finding[] {
  const cells = groups.filter(({ experiment }) => experiment === "density");
  const runtimes = [...new Set(cells.map(({ runtime }) => runtime))];
  const concurrencies = [...new Set(cells.map(({ concurrency }) => concurrency))];
  const pairs = runtimes.flatMap(leader =>
    runtimes.filter(other => other !== leader).map(other => ({ leader, other })),
  );
  return pairs.flatMap(({ leader, other }) =>
    concurrencies.flatMap(concurrency => {
      const at = (runtime: string) => cells.filter(own => own.runtime === runtime && own.concurrency === concurrency);
      const steps = at(leader).flatMap(own => {
        const rival = at(other).find(({ density }) => density === own.density);
        return rival === undefined ? [] : [{ own, rival, ratio: own.makespanMs! / rival.makespanMs! }];
      });
      // a lead that is never nearly lost needs no interval
      if (steps.length < 2 || steps[0]!.ratio > 0.95 || steps.at(-1)!.ratio < 0.9) return [];
      const leads = steps.map(({ own, rival }) => {
        const { interval } = estimateRatio(own.makespansMs, rival.makespansMs, `lead/${seedOf(own)}/${other}`);
        return interval !== null && interval[1] < 1;
      });
      const last = leads.lastIndexOf(true);
      if (!leads[0] || last === steps.length - 1) return [];
      const end = steps[last + 1]!;
      return {
        kind: "end of a lead" as const,
        text: `${runtimeLabel(leader)}'s lead over ${runtimeLabel(other)} at concurrency ${concurrency} ends at a density of ${end.own.density}: makespan ratio ${steps.map(({ own, ratio }) => `${ratio.toFixed(2)} at ${own.density}`).join(", ")}`,
        evidence: steps.map(({ own, ratio }) => ({ at: seedOf(own), value: ratio })),
      };
    }),
  );
}

type Place = Pick<StartGroup, "experiment" | "runtime" | "density" | "concurrency">;

const seedOf = ({ experiment, runtime, density, concurrency }: Place) =>
  `${experiment}/${runtime}/${density}/${concurrency}`;

const where = ({ experiment, density, concurrency }: Place) =>
  experiment === "time" ? `${concurrency} at once` : `${concurrency} on top of ${density}`;

const percent = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(0)} %`;
