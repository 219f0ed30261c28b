import { existsSync } from "node:fs";
import { join } from "node:path";
import { findings, judgeAll, paperClaims } from "../../analysis/claims/index.js";
import { history } from "../../analysis/compare/index.js";
import type { Dataset } from "../../analysis/datasets/index.js";
import { type DiskRow, diskTable, readRounds } from "../../analysis/stages/index.js";
import { allTables, compareWithPublished, mergeVerifications } from "../../analysis/tables/index.js";
import { version } from "../../model/version.js";
import {
  claimsFigure,
  type Figure,
  fig05,
  fig10,
  fig11,
  fig12,
  fig13,
  historyFigure,
  latencyFigure,
  ratioFigure,
  roundsFigure,
  skewFigure,
} from "../figures/index.js";
import type { OwnCampaign, ReportContent } from "./content.js";

/**
 * Returns the content of a report on these datasets: tables and their comparison with the published ones, verdicts, findings and
 * figures.
 *
 * @param baseline provides runtimes that a dataset lacks, if claims compare with them
 * @param fresh our own campaign, shown in a separate section; null to leave it out
 * @throws LabError `RUND_TWO_RUNS` if a dataset contains two runs of one runtime that are not repeats within one campaign
 */
export function gatherReport(datasets: readonly Dataset[], baseline: Dataset, fresh: Dataset | null): ReportContent {
  const verdicts = new Map(datasets.map(dataset => [dataset.name, judgeAll(paperClaims, { dataset, baseline })]));
  const own = fresh === null ? null : ownCampaign(fresh);
  const [first] = datasets;
  return {
    version,
    datasets,
    tables: new Map([...datasets, ...(fresh === null ? [] : [fresh])].map(each => [each.name, allTables(each)])),
    verification: mergeVerifications(datasets.map(dataset => compareWithPublished(dataset, dataset.published))),
    verdicts,
    findings: new Map(datasets.map(dataset => [dataset.name, findings(dataset, verdicts.get(dataset.name))])),
    figures: [
      ...(first === undefined ? [] : [claimsFigure(verdicts.get(first.name) ?? [])]),
      ...[fig05, fig10, fig11, fig12, fig13, latencyFigure, roundsFigure, skewFigure].map(figure => figure(datasets)),
      ...(first === undefined ? [] : [ratioFigure(first)]),
      ...historyOf(datasets),
    ],
    own,
    disk: new Map([...datasets, ...(fresh === null ? [] : [fresh])].map(each => [each.name, diskOf(each)])),
  };
}

/** Returns the rounds of our own campaign that waited for a disk; empty for other datasets, which have no journal. */
function diskOf({ source, path }: Dataset): readonly DiskRow[] {
  return source === "campaign" && existsSync(join(path, "events.ndjson")) ? diskTable(readRounds(path)) : [];
}

/**
 * Returns the figure of makespans over our own campaigns, oldest first; empty if there are fewer than two. The recorded artifact
 * and replayed campaigns are left out.
 */
function historyOf(datasets: readonly Dataset[]): readonly Figure[] {
  const campaigns = datasets.filter(({ source, runs }) => source === "campaign" && !runs.some(run => run.replayed));
  const found = campaigns.length < 2 ? null : history(campaigns);
  return found === null || found.cells.length === 0 ? [] : [historyFigure(found)];
}

const ownCampaign = (dataset: Dataset): OwnCampaign<Figure> => ({
  title: "Our own measurements",
  intro:
    "rund-lab ran the same experiments on a machine with two processors. The runtimes are runc and crun, which isolate with namespaces, and gVisor's runsc, a secure runtime. The machine, the runtimes and the load generator differ from the paper's. The shapes of the curves can be compared with the paper's; the milliseconds cannot.",
  dataset,
  figures: [fig10, fig05, fig13, skewFigure]
    .map(figure => figure([dataset]))
    .map(figure => ({ ...figure, id: `fresh-${figure.id}` })),
});
