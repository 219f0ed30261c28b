import { Command } from "commander";
import { overhead, runtimeClassYaml } from "../../analysis/capacity/index.js";
import { loadDataset } from "../../analysis/datasets/index.js";
import { LabError } from "../../model/errors.js";
import { type Io, print, printJson } from "../terminal/io.js";

interface Options {
  readonly runtime?: string;
  readonly margin: number;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("overhead")
    .description(
      "Prints a Kubernetes RuntimeClass with overhead.podFixed, computed from a memory or fit campaign: the memory and CPU that a sandbox needs in addition to its workload.",
    )
    .argument("<dir>", "the campaign's folder")
    .option("--runtime <id>", "the runtime (default: all that were measured)")
    .option("--margin <percent>", "percentage to add to the measured values", percent, 10)
    .option("--json", "print the measured values as one JSON document")
    .action(async (dir: string, { runtime, margin, json }: Options) => {
      const dataset = await loadDataset(dir, io.cwd);
      const measured = [...new Set([...dataset.memory, ...(dataset.fits ?? [])].map(cell => cell.runtime))];
      const wanted = runtime === undefined && measured.length > 0 ? measured : [runtime ?? "any runtime"];
      const found = wanted.map(id => overhead(dataset, id));
      if (json === true) printJson(io, found);
      else print(io, found.map(each => runtimeClassYaml(each, margin / 100)).join("---\n"));
    });

function percent(text: string): number {
  const value = Number(text.replace(/%$/, ""));
  if (/^\d{1,3}%?$/.test(text) && value <= 100) return value;
  throw new LabError("RUND_SETTING", "usage", "", {
    where: "--margin",
    expected: "a percentage from 0 to 100",
    found: JSON.stringify(text),
  });
}
