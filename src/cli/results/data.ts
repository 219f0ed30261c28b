import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";
import { distill } from "../../analysis/datasets/distilled/write-distilled.js";
import { artifactPin, fetchArtifact, verifyTrees } from "../../analysis/datasets/fetch.js";
import { loadDataset, ownDatasets } from "../../analysis/datasets/index.js";
import { readRaw } from "../../analysis/datasets/read-raw.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { textTable } from "../../model/text-table.js";
import { type Io, note, print, printResult } from "../terminal/io.js";

export default (io: Io): Command => {
  const data = new Command("data").description(
    "Fetches the artifact's raw logs, distills them into the small files of paper_data and ae_data, and checks the recorded data.",
  );
  data
    .command("fetch")
    .description(
      "clone the artifact's raw logs (69 MB) at the pinned commit and verify them by tree id; if it is interrupted, run it again to continue",
    )
    .option("--to <dir>", "where to put the logs", join("raw", "RunD_ATC22"))
    .option("--from <repository>", "a different repository to clone from")
    .action(async ({ to, from }: { to: string; from?: string }) => {
      const step = (text: string) => note(io, text);
      const outcome = await fetchArtifact(resolve(io.cwd, to), { step, ...(from === undefined ? {} : { from }) });
      print(io, `${to}: ${outcome === "fetched" ? "fetched and verified" : "already there, verified"}\n`);
    });
  data
    .command("distill")
    .description("compute the distilled files from raw logs; the same logs give the same bytes")
    .argument("<dir>", "a folder of raw runs, or the artifact's folder with paper_data and ae_data")
    .option("--out <dir>", "where to write the distilled folder, which has the raw folder's name", ".")
    .action(async (folder: string, { out }: { out: string }) =>
      distillFolder(io, resolve(io.cwd, folder), resolve(io.cwd, out)),
    );
  data
    .command("status")
    .description("show which recorded data exist on this machine, and whether they are intact")
    .option("--json", "print one JSON document")
    .action(({ json }: { json?: boolean }) => status(io, json));
  return data;
};

async function distillFolder(io: Io, folder: string, out: string): Promise<void> {
  const parts = ownDatasets.map(name => join(folder, name)).filter(existsSync);
  for (const source of parts.length > 0 ? parts : [folder]) {
    const target = join(out, basename(source));
    if (resolve(target) === resolve(source)) {
      throw new LabError("RUND_DISTILL_TARGET", "usage", "this is the folder of the raw logs", {
        where: target,
        hint: "name another folder for the distilled files with --out",
      });
    }
    const { dataset } = readRaw(source);
    mkdirSync(target, { recursive: true });
    let bytes = 0;
    for (const [file, text] of Object.entries(distill(dataset))) {
      writeFileSync(join(target, file), text);
      bytes += Buffer.byteLength(text);
    }
    print(io, `${target}: ${counted(dataset.runs.length, "run")}, ${Math.round(bytes / 1024)} KiB\n`);
    if (dataset.problemCount > 0)
      note(io, `${source}: ${counted(dataset.problemCount, "problem")}; \`rund-lab analyze\` lists them`);
  }
}

async function status(io: Io, json: boolean | undefined): Promise<void> {
  const distilled = [];
  for (const name of ownDatasets) {
    const { path, runs, starts, memory, published } = await loadDataset(name);
    const counts = { runs: runs.length, cells: starts.length + memory.length, published: published.length };
    distilled.push({ name, path, ...counts });
  }
  const path = resolve(io.cwd, io.env.RUND_LAB_ARTIFACT ?? join("raw", "RunD_ATC22"));
  const raw = { path, present: existsSync(path), verified: false, why: "not here" };
  if (raw.present) {
    try {
      await verifyTrees(path);
      Object.assign(raw, { verified: true, why: `tree ids of commit ${artifactPin.commit.slice(0, 10)}` });
    } catch (error) {
      raw.why = error instanceof Error ? error.message : String(error);
    }
  }
  const rows = distilled.map(({ name, runs, cells, published }) => [
    name,
    `distilled: ${runs} runs, ${cells} cells, ${published} published numbers`,
  ]);
  const logs = raw.present
    ? `${path}: ${raw.verified ? "verified" : "not verified"} (${raw.why})`
    : "not here; `rund-lab data fetch` downloads them (69 MB)";
  printResult(io, json, { distilled, raw }, textTable([...rows, ["raw logs", logs]]));
}
