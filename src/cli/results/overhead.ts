import { Command } from "commander";
import { overhead, runtimeClassYaml } from "../../analysis/capacity/index.js";
import { loadDataset } from "../../analysis/datasets/index.js";
import { type Io, print, printJson } from "../terminal/io.js";
import { optionValue } from "../terminal/option-value.js";

export default (io: Io): Command =>
  new Command("overhead")
    .description(
      "Prints a Kubernetes RuntimeClass with overhead.podFixed, computed from a memory or fit campaign: the memory and CPU that a sandbox needs in addition to its workload.",
    )
    .argument("<dir>", "the campaign's folder")
    .option("--runtime <id>", "the runtime (default: all that were measured)")
    .option("--margin <percent>", "percentage to add to the measured values", percent, 10)
    .option("--json", "print the measured values as one JSON document")
    .action(async (dir: string, { runtime, margin, json }: { runtime?: string; margin: number; json?: boolean }) => {
      const dataset = await loadDataset(dir, io.cwd);
      const measured = [...new Set([...dataset.memory, ...(dataset.fits ?? [])].map(cell => cell.runtime))];
      const wanted = runtime === undefined && measured.length > 0 ? measured : [runtime ?? "any runtime"];
      const found = wanted.map(id => overhead(dataset, id));
      if (json === true) printJson(io, found);
      else print(io, found.map(each => runtimeClassYaml(each, margin / 100)).join("---\n"));
    });

const percent = optionValue("--margin", "a percentage from 0 to 100", text => {
  const value = Number(/^(\d{1,3})%?$/.exec(text)?.[1]);
  return value <= 100 ? value : undefined;
});
