import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parse, stringify } from "yaml";
import { lab } from "../../support/command-line.js";
import { projectRoot } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { readCampaign } from "../campaign/campaigns.js";

/** What a rehearsal left: the cells of its tables, and the complete rounds of each cell in its journal. */
export interface Rehearsal {
  /** `runtime density concurrency` of each cell with a value, sorted. */
  readonly cells: readonly string[];
  /** Complete rounds in the journal, by the same names. */
  readonly rounds: Readonly<Record<string, number>>;
}

const env = { PATH: process.env.PATH ?? "" };

/** Rehearses a campaign file's experiments of one runtime with `rund-lab run`, and makes its tables with `rund-lab analyze`. */
export const rehearse = (
  file: "paper-time.yaml" | "paper-density.yaml",
  { runtime: id, rounds, speed }: { readonly runtime: string; readonly rounds: number; readonly speed: number },
): Promise<Rehearsal> =>
  inTempFolder(async root => {
    const own = join(root, file);
    writeFileSync(own, stringify(onlyOf(id, parse(readFileSync(join(projectRoot, "campaigns", file), "utf8")))));
    const replay = ["--endpoint", "replay:paper_data", "--replay-speed", `${speed}`, "--rounds", `${rounds}`];
    const out = join(root, "raw");
    // in the original's order, each background is started once
    const run = await lab(["run", "--campaign", own, ...replay, "--order", "grid", "--out", out], { env });
    assert.is(run.code, 0, run.stderr);
    const folder = join(out, readdirSync(out)[0]!);
    const analyzed = await lab(["analyze", folder, "--out", join(root, "tables"), "--json", "--strict"], { env });
    assert.is(analyzed.code, 0, analyzed.stderr);
    const counts: Record<string, number> = {};
    for (const { runtime, density, concurrency, makespanMs } of readCampaign(folder).rounds) {
      const cell = `${runtime} ${density} ${concurrency}`;
      if (makespanMs !== null) counts[cell] = (counts[cell] ?? 0) + 1;
    }
    return { cells: cellsOf(JSON.parse(analyzed.stdout).tables as Tables), rounds: counts };
  });

interface CampaignText {
  readonly runtimes?: readonly string[];
  readonly experiments: readonly { readonly runtimes?: readonly string[] }[];
}

/** A campaign file's experiments of one runtime. */
const onlyOf = (id: string, { runtimes, experiments, ...rest }: CampaignText): CampaignText => ({
  ...rest,
  experiments: experiments
    .filter(each => (each.runtimes ?? runtimes)?.includes(id))
    .map(each => ({ ...each, runtimes: [id] })),
});

interface TableText<Key extends string> {
  readonly columns: readonly number[];
  readonly rows: readonly ({ readonly values: readonly (number | null)[] } & Readonly<Record<Key, string | number>>)[];
}

interface Tables {
  readonly time?: TableText<"runtime">;
  readonly density: Readonly<Record<string, TableText<"density">>>;
}

function cellsOf({ time, density }: Tables): readonly string[] {
  const rows = [
    ...(time?.rows ?? []).map(({ runtime, values }) => ({ name: `${runtime} 0`, columns: time!.columns, values })),
    ...Object.entries(density).flatMap(([runtime, { columns, rows }]) =>
      rows.map(({ density, values }) => ({ name: `${runtime} ${density}`, columns, values })),
    ),
  ];
  return rows
    .flatMap(({ name, columns, values }) =>
      values.flatMap((value, at) => (value === null ? [] : [`${name} ${columns[at]}`])),
    )
    .sort();
}
