import { runtimeLabel } from "../../model/runtimes.js";
import type { Dataset, StartCell } from "../datasets/dataset.js";
import { flagStarts } from "../flags.js";
import { type StartGroup, startGroups } from "../groups.js";
import { labelIn } from "../label-in.js";
import { holm } from "../stats/correction.js";
import { estimateRatio } from "../stats/estimate.js";
import { mean } from "../stats/mean.js";
import { permutationTest } from "../stats/permutation.js";
import type { ClaimVerdict } from "./judge.js";
import { cellName } from "./quantities/quantity.js";
import { chanceText, withInterval } from "./text.js";

/** A pattern in the data that no claim mentions, with the cells that show it. */
export interface Finding {
  readonly kind: "third run" | "mix-up" | "end of a lead" | "inversion" | "first round" | "drift";
  /** One or two sentences, without a full stop at the end. */
  readonly text: string;
  /** The cells that show the pattern, one per row. */
  readonly table: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
}

/**
 * Returns the patterns in a dataset: claims that fit a run that is not in the data, claimed values that belong to other cells,
 * the density at which one runtime's lead over another ends, sandboxes that start faster on a busy host than on an empty one, odd
 * first rounds, and drift. The most important kind comes first; within a kind, the pattern with the most cells.
 *
 * @param verdicts of the claims on the same dataset
 */
export function findings(dataset: Dataset, verdicts: readonly ClaimVerdict[] = []): readonly Finding[] {
  const label = (runtime: string) => labelIn(dataset, runtime);
  const groups = startGroups(dataset).filter(({ makespansMs }) => makespansMs.length > 0);
  const byCells = (all: readonly Finding[]) => [...all].sort((a, b) => b.table.rows.length - a.table.rows.length);
  return [
    ...thirdRun(verdicts),
    ...mixUps(verdicts),
    ...byCells(endsOfLeads(groups, label)),
    ...byCells(inversions(groups, label)),
    ...byCells(firstRounds(dataset)),
    ...byCells(drifts(dataset)),
  ];
}

/**
 * Returns the findings that a reader should see first: the first of each kind, five at most.
 *
 * @example mainFindings([{ kind: "drift", text: "a", table: { columns: [], rows: [] } }, { kind: "drift", text: "b", table: { columns: [], rows: [] } }]).map(({ text }) => text) // ["a"]
 */
export const mainFindings = (all: readonly Finding[]): readonly Finding[] =>
  all.filter((own, at) => all.findIndex(({ kind }) => kind === own.kind) === at).slice(0, 5);

/** Claims whose reductions agree on a value that was not recorded. */
function thirdRun(verdicts: readonly ClaimVerdict[]): readonly Finding[] {
  const claims = verdicts.flatMap(({ id, implied }) => (implied === null ? [] : [{ id, implied }]));
  const [first] = claims;
  if (first === undefined) return [];
  const label = runtimeLabel(first.implied.runtime);
  const each = claims.map(
    ({ id, implied: { value, recorded, unit } }) =>
      `${id} implies ${withInterval(value, null)} ${unit} (recorded: ${withInterval(recorded, null)} ${unit})`,
  );
  const chances = claims.map(({ implied: { byChance } }) => chanceText(byChance));
  const one = claims.length === 1;
  return [
    {
      kind: "third run",
      text: `${one ? "A claim fits" : `${claims.length} claims fit`} a run of ${label} that was not published: ${each.join(" and ")}. ${one ? "Its" : "In each, the"} claimed reductions from three baselines all give this value; by chance that happens in ${chances.join(" and ")} of cases. So the paper's baselines are the recorded ones, and the ${label} run behind ${one ? "the claim is" : "these claims is"} not the recorded one`,
      table: {
        columns: ["claim", "part", "baseline", "implied", "unit", "recorded"],
        rows: claims.flatMap(({ id, implied: { values, unit, recorded } }) =>
          values.map(({ part, baseline, from, value }) => [
            id,
            from === "stated" ? `${part}, as the paper states it` : part,
            baseline,
            value,
            unit,
            recorded,
          ]),
        ),
      },
    },
  ];
}

/** Returns findings for two or more values of one claim that all appear in one other cell. */
function mixUps(verdicts: readonly ClaimVerdict[]): readonly Finding[] {
  return verdicts.flatMap(({ id, readings }) => {
    const astray = readings.flatMap(({ part, printed, unit, measured, elsewhere }) =>
      (elsewhere?.found ?? []).map(({ place, value }) => ({
        ...{ part, printed, unit, measured, value, runtime: place.runtime, cell: cellName(place) },
        searched: elsewhere!.searched,
      })),
    );
    return [...new Set(astray.map(({ cell }) => cell))].flatMap((cell): readonly Finding[] => {
      const here = astray.filter(own => own.cell === cell);
      if (new Set(here.map(({ runtime }) => runtime)).size < 2) return [];
      const values = here.map(({ part, printed, unit }) => `${part} ${printed} ${unit}`).join(" and ");
      const searched = here.reduce((sum, own) => sum + own.searched, 0);
      return [
        {
          kind: "mix-up",
          text: `${id}: ${values} were measured for ${cell}, not where the claim says (${searched} other cells were searched)`,
          table: {
            columns: ["part", "claimed", "measured there", `measured for ${cell}`, "unit"],
            rows: here.map(({ part, printed, measured, value, unit }) => [
              part,
              Number(printed),
              measured,
              value,
              unit,
            ]),
          },
        },
      ];
    });
  });
}

/** Returns pairs of runtimes in which one is ahead at the smallest density but not from some density on. */
function endsOfLeads(groups: readonly StartGroup[], label: Label): readonly Finding[] {
  const cells = groups.filter(({ experiment }) => experiment === "density");
  const runtimes = [...new Set(cells.map(({ runtime }) => runtime))];
  const pairs = runtimes.flatMap(leader =>
    runtimes.filter(other => other !== leader).map(other => ({ leader, other })),
  );
  return pairs.flatMap(({ leader, other }): readonly Finding[] => {
    const ended = [...new Set(cells.map(({ concurrency }) => concurrency))]
      .sort((a, b) => a - b)
      .flatMap(concurrency => endOfLead(cells, leader, other, concurrency) ?? []);
    if (ended.length === 0) return [];
    const densities = [...new Set(ended.flatMap(({ steps }) => steps.map(({ density }) => density)))];
    const each = bundled(ended, ({ end }) => String(end)).map(
      own => `from a density of ${own[0]!.end} on for ${own.map(({ concurrency }) => concurrency).join(", ")} at once`,
    );
    return [
      {
        kind: "end of a lead",
        text: `${label(leader)}'s lead over ${label(other)} ends as sandboxes are added: ${each.join(", ")}`,
        table: {
          columns: ["at once", ...densities.map(density => `ratio at ${density}`)],
          rows: ended.map(({ concurrency, steps }) => [
            concurrency,
            ...densities.map(density => steps.find(step => step.density === density)?.ratio ?? null),
          ]),
        },
      },
    ];
  });
}

/** Returns the density from which a runtime no longer leads another; null if it never leads, or leads at all densities. */
function endOfLead(cells: readonly StartGroup[], leader: string, other: string, concurrency: number) {
  const at = (runtime: string) => cells.filter(own => own.runtime === runtime && own.concurrency === concurrency);
  const steps = at(leader).flatMap(own => {
    const rival = at(other).find(({ density }) => density === own.density);
    return rival === undefined
      ? []
      : [{ own, rival, density: own.density, ratio: own.makespanMs! / rival.makespanMs! }];
  });
  // a lead that is never nearly lost needs no interval
  if (steps.length < 2 || steps[0]!.ratio > 0.95 || steps.at(-1)!.ratio < 0.9) return null;
  const leads = steps.map(({ own, rival }) => {
    const { interval } = estimateRatio(own.makespansMs, rival.makespansMs, `lead/${seedOf(own)}/${other}`);
    return interval !== null && interval[1] < 1;
  });
  const last = leads.lastIndexOf(true);
  if (!leads[0] || last === steps.length - 1) return null;
  return { concurrency, end: steps[last + 1]!.density, steps };
}

/** Returns cells that are faster on top of background sandboxes than with none: by 10 % or more, at 5 % after Holm's correction. */
function inversions(groups: readonly StartGroup[], label: Label): readonly Finding[] {
  const pairs = groups.flatMap(group => {
    const alone = groups.find(
      other =>
        other.experiment === "time" && other.runtime === group.runtime && other.concurrency === group.concurrency,
    );
    if (group.experiment !== "density" || alone === undefined) return [];
    return { group, alone, change: group.makespanMs! / alone.makespanMs! - 1 };
  });
  // a pair that is not 10 % faster gets p = 1, and still counts for Holm's correction
  const ps = holm(
    pairs.map(({ group, alone, change }) =>
      change > -0.1 ? 1 : permutationTest(group.makespansMs, alone.makespansMs, seedOf(group)),
    ),
  );
  const faster = pairs.filter(({ change }, i) => change <= -0.1 && ps[i]! < 0.05);
  return bundled(faster, ({ group }) => `${group.runtime} ${group.density}`).map(own => {
    const { runtime, density } = own[0]!.group;
    return {
      kind: "inversion",
      text: `${label(runtime)} starts faster on top of ${density} sandboxes than with none: ${own.map(({ group, change }) => `${percent(change)} at ${group.concurrency}`).join(", ")}`,
      table: {
        columns: ["at once", "with none (ms)", `on top of ${density} (ms)`, "change (%)"],
        rows: own.map(({ group, alone, change }) => [
          group.concurrency,
          alone.makespanMs,
          group.makespanMs,
          100 * change,
        ]),
      },
    };
  });
}

/** A runtime's name for people. */
type Label = (runtime: string) => string;

/** Finds runtimes with flagged first rounds, slow or quick. */
function firstRounds(dataset: Dataset): readonly Finding[] {
  const flags = flagStarts(dataset);
  const flagged = dataset.starts.flatMap((cell, i) => {
    const { warmUp, firstRoundRatio } = flags[i]!;
    return warmUp && firstRoundRatio !== null ? [{ cell, ratio: firstRoundRatio, quick: firstRoundRatio < 1 }] : [];
  });
  return bundled(flagged, ({ cell, quick }) => `${cell.runtime} ${quick}`).map(own => {
    const { cell, quick } = own[0]!;
    return {
      kind: "first round",
      text: `${labelIn(dataset, cell.runtime)}'s first round is ${quick ? "fast" : "slow"}${inCells(own)}: ${range(own.map(({ ratio }) => ratio))} times the median of the others`,
      table: {
        columns: ["cell", "first round / median of the others"],
        rows: own.map(({ cell, ratio }) => [cellName(cell), ratio]),
      },
    };
  });
}

/** Finds runtimes with flagged cells whose second half differs from their first by 5 % or more. */
function drifts(dataset: Dataset): readonly Finding[] {
  const flags = flagStarts(dataset);
  const flagged = dataset.starts.flatMap((cell, i) => {
    const { drift, driftRho } = flags[i]!;
    const change = drift ? secondHalf(cell) : 0;
    return Math.abs(change) < 0.05 ? [] : [{ cell, driftRho, change, slower: change > 0 }];
  });
  return bundled(flagged, ({ cell, slower }) => `${cell.runtime} ${slower}`).map(own => {
    const { cell, slower } = own[0]!;
    return {
      kind: "drift",
      text: `${labelIn(dataset, cell.runtime)} gets ${slower ? "slower" : "faster"} over its rounds${inCells(own)}: the second half takes ${range(own.map(({ change }) => Math.abs(100 * change)))} % ${slower ? "longer" : "less"}`,
      table: {
        columns: ["cell", "rounds", "Spearman's ρ", "second half (%)"],
        rows: own.map(({ cell, driftRho, change }) => [cellName(cell), cell.rounds.length, driftRho, 100 * change]),
      },
    };
  });
}

/** Returns by how much the mean of a cell's later rounds differs from that of its earlier ones, as a share. */
function secondHalf({ rounds }: StartCell): number {
  const values = rounds.map(({ makespanMs }) => makespanMs);
  const half = Math.floor(values.length / 2);
  return mean(values.slice(half)) / mean(values.slice(0, half)) - 1;
}

/** Groups what shares a key, in order of appearance. */
function bundled<Item>(items: readonly Item[], key: (item: Item) => string): readonly (readonly Item[])[] {
  const bundles = new Map<string, Item[]>();
  for (const item of items) {
    const own = bundles.get(key(item));
    if (own === undefined) bundles.set(key(item), [item]);
    else own.push(item);
  }
  return [...bundles.values()];
}

const inCells = (own: readonly { readonly cell: StartCell }[]): string =>
  own.length === 1 ? ` for ${startsText(own[0]!.cell)}` : ` in ${own.length} cells`;

const startsText = ({ concurrency, density }: StartCell): string =>
  `${concurrency} at once${density === 0 ? "" : ` on top of ${density} sandboxes`}`;

/** Returns numbers as a range, to two significant digits. */
function range(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)].map(value => String(Number(value.toPrecision(2))));
  return low === high ? low! : `${low} to ${high}`;
}

const seedOf = ({ experiment, runtime, density, concurrency }: StartGroup) =>
  `${experiment}/${runtime}/${density}/${concurrency}`;

const percent = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(0)} %`;
