import { counted } from "../../../model/counted.js";
import { groupBy } from "../../../model/group-by.js";
import type { StartGroup } from "../../groups.js";
import { estimateRatio, holm, permutationTest } from "../../stats/index.js";
import type { Finding, Label } from "./finding.js";

/** Returns a finding for each pair of runtimes in which one leads at the smallest density and loses this lead at a larger one. */
export function endsOfLeads(groups: readonly StartGroup[], label: Label): readonly Finding[] {
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
    const each = [...groupBy(ended, ({ end }) => end)].map(
      ([end, own]) =>
        `from a density of ${end} on at concurrency ${own.map(({ concurrency }) => concurrency).join(", ")}`,
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

/**
 * Returns a finding for each runtime and density with cells that are faster on top of background sandboxes than with none: by
 * 10 % or more, at a level of 5 % after Holm's correction.
 */
export function inversions(groups: readonly StartGroup[], label: Label): readonly Finding[] {
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
  return [...groupBy(faster, ({ group }) => `${group.runtime} ${group.density}`).values()].map(own => {
    const { runtime, density } = own[0]!.group;
    return {
      kind: "inversion",
      text: `${label(runtime)} starts faster on top of ${counted(density, "sandbox")} than with none: ${own.map(({ group, change }) => `${percent(change)} at ${group.concurrency}`).join(", ")}`,
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

const seedOf = ({ experiment, runtime, density, concurrency }: StartGroup) =>
  `${experiment}/${runtime}/${density}/${concurrency}`;

const percent = (share: number) => `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(0)} %`;
