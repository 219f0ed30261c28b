import { csvText } from "../../campaign-files/csv.js";
import { confoundsBetween, describeConfound, mergeConfounds } from "../confounds.js";
import type { Dataset } from "../datasets/dataset.js";
import { memoryGroups, pssPerSandbox } from "../groups.js";
import { type Interval, mean, welchRatio } from "../stats/index.js";

/**
 * Returns datasets of one plan that was measured on several machines, such as a cluster's nodes, with their runs marked as
 * repeats within one campaign. Each run's name begins with its dataset's, since two machines may give runs the same name.
 *
 * @example asOneCampaign([]) // []
 */
export function asOneCampaign(datasets: readonly Dataset[]): readonly Dataset[] {
  const campaign = datasets.map(({ name }) => name).join(" + ");
  return datasets.map(dataset => {
    const renamed = <Part extends { readonly run: string }>(parts: readonly Part[]): readonly Part[] =>
      parts.map(part => ({ ...part, run: `${dataset.name}/${part.run}` }));
    return {
      ...dataset,
      runs: renamed(dataset.runs).map(run => ({ ...run, campaign })),
      starts: renamed(dataset.starts),
      memory: renamed(dataset.memory),
    };
  });
}

/**
 * Lists the differences between the machines of datasets that are analysed as one campaign: versions, configuration, hardware.
 *
 * @returns a sentence for each other machine that differs from the first
 * @example differencesBetween([]) // []
 */
export function differencesBetween([first, ...others]: readonly Dataset[]): readonly string[] {
  return others.flatMap(other => {
    const pairs = (first?.runs ?? []).flatMap(run => {
      const same = other.runs.find(
        ({ runtime, experiment }) => runtime === run.runtime && experiment === run.experiment,
      );
      return same === undefined ? [] : [confoundsBetween(run, same).filter(({ what }) => what !== "host")];
    });
    const found = mergeConfounds(pairs).map(describeConfound);
    return found.length === 0 ? [] : [`${first!.name} and ${other.name} differ: ${found.join("; ")}`];
  });
}

/** One machine's share of a memory cell. */
export interface NodeMemory {
  readonly runtime: string;
  readonly memoryMb: number;
  readonly density: number;
  readonly node: string;
  readonly snapshots: number;
  /** Mean PSS per sandbox in KiB. */
  readonly pssKiB: number;
  /**
   * This machine's mean divided by that of the other machines, with its 95 % interval (Welch, log scale); null for fewer than
   * two snapshots of either.
   */
  readonly ratio: { readonly value: number; readonly interval: Interval } | null;
}

/**
 * Returns the memory cells of a campaign that was measured on several machines (`asOneCampaign`): a row for each cell and
 * machine.
 */
export function memoryByNode(dataset: Dataset): readonly NodeMemory[] {
  return memoryGroups(dataset).flatMap(({ runtime, memoryMb, density, cells }) => {
    const found = cells.flatMap(cell => {
      const pssKiB = pssPerSandbox(cell);
      return pssKiB === null ? [] : [{ node: cell.run.slice(0, cell.run.lastIndexOf("/")), pssKiB }];
    });
    return [...new Set(found.map(({ node }) => node))].sort().map(node => {
      const here = found.flatMap(each => (each.node === node ? [each.pssKiB] : []));
      const there = found.flatMap(each => (each.node === node ? [] : [each.pssKiB]));
      const compared = welchRatio(here, there);
      const ratio = compared === null ? null : { value: compared.ratio, interval: compared.at(0.95) };
      return { runtime, memoryMb, density, node, snapshots: here.length, pssKiB: mean(here), ratio };
    });
  });
}

/** Returns the rows as CSV, `memory_nodes.csv`; missing values are empty. */
export function nodeMemoryCsv(rows: readonly NodeMemory[]): string {
  const header = "runtime,memory,density,node,snapshots,pss_kib,ratio,ratio_low,ratio_high";
  const lines = rows.map(({ ratio, ...row }) => [
    ...[row.runtime, row.memoryMb, row.density, row.node, row.snapshots, row.pssKiB.toFixed(1)],
    ...(ratio === null ? ["", "", ""] : [ratio.value, ...ratio.interval].map(value => value.toFixed(4))),
  ]);
  return `${header}\n${csvText(lines)}`;
}
