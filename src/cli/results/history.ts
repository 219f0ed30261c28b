import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import { Command, Option } from "commander";
import { type History, history, type Metric } from "../../analysis/compare/index.js";
import { datasetFolder, loadDatasets } from "../../analysis/datasets/index.js";
import { LabError } from "../../model/errors.js";
import { drawsBlocks, type Io, note, printResult } from "../terminal/io.js";
import { optionValue, words } from "../terminal/option-value.js";
import { gatePercent } from "./gate.js";
import { historyText } from "./history-text.js";

interface Options {
  readonly metric: Metric;
  readonly runtimes?: readonly string[];
  readonly failOn: number;
  readonly figure?: string;
  readonly allowReplay?: boolean;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("history")
    .description(
      "Shows a metric over many campaigns, oldest first, and marks the changes at which compare --fail-on would have failed. In each cell, every campaign is compared with the first one after the last change, so that a slow drift is found too.",
    )
    .argument("<dir...>", "campaigns, or folders of campaigns")
    .addOption(
      new Option("--metric <metric>", "makespan, CPU per sandbox or memory per sandbox")
        .choices(["time", "cpu", "memory"])
        .default("time"),
    )
    .option("--runtimes <ids>", "only these runtimes, such as runc,crun", words)
    .addOption(
      new Option("--fail-on <rule>", "the rule that marks a change").argParser(gatePercent).default(0.05, "slower:5%"),
    )
    .option("--figure <file>", "also draw the history into this .svg or .png file", figureFile)
    .option("--allow-replay", "also include replayed runs, which measured nothing")
    .option("--json", "print one JSON document")
    .addHelpText("after", "\nExample:\n  rund-lab history raw/before raw/after --runtimes runc --figure runc.svg")
    .action(async (folders: string[], { failOn, figure, json, ...options }: Options) => {
      const datasets = await loadDatasets(
        folders.flatMap(folder => campaignsIn(io.cwd, folder)),
        io.cwd,
      );
      if (datasets.length < 2) {
        throw new LabError("RUND_HISTORY", "usage", "", {
          where: folders.join(" "),
          expected: "two or more campaigns",
          found: `${datasets.length}`,
          hint: "name several folders, or a folder that holds several campaigns",
        });
      }
      const found = history(datasets, { ...options, share: failOn });
      if (found.cells.length === 0) {
        throw new LabError("RUND_NO_COMMON_CELL", "input", "", {
          where: folders.join(" "),
          expected: `a ${options.metric} cell that two or more campaigns have`,
          found: "none",
          hint: "choose another --metric, or name campaigns that measured the same cells",
        });
      }
      printResult(io, json, found, historyText(found, drawsBlocks(io)));
      if (found.campaigns.some(({ startedAt }) => startedAt === null)) {
        note(io, "some campaigns do not record when they began, so all are in the order of the command line");
      }
      if (figure !== undefined) await draw(found, resolve(io.cwd, figure));
    });

/** Returns the campaigns in a folder of campaigns, or the folder itself if it contains none. */
function campaignsIn(cwd: string, folder: string): readonly string[] {
  const path = datasetFolder(folder, cwd);
  const marks = ["run.json", "rounds.csv", "import.json"];
  const isCampaign = (each: string) => marks.some(mark => existsSync(join(each, mark)));
  if (!existsSync(path) || isCampaign(path)) return [folder];
  const inside = readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && isCampaign(join(path, entry.name)))
    .map(({ name }) => join(folder, name))
    .sort();
  return inside.length === 0 ? [folder] : inside;
}

const figureFile = optionValue(
  "--figure",
  "a .svg or .png file",
  file => ([".svg", ".png"].includes(extname(file)) ? file : undefined),
  "RUND_FIGURE_FILE",
);

async function draw(found: History, file: string): Promise<void> {
  const { historyFigure, renderPng, renderSvg } = await import("../../present/figures/index.js");
  const { plot } = historyFigure(found);
  writeFileSync(file, extname(file) === ".svg" ? await renderSvg(plot) : await renderPng(plot));
}
