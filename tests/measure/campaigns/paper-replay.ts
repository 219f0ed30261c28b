import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as assert from "uvu/assert";
import { parse, stringify } from "yaml";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { replaySource } from "../../../src/cli/replay.js";
import { labelNames, sandboxLabels } from "../../../src/measure/cri/index.js";
import { roundDealer } from "../../../src/measure/cri/replay/rounds.js";
import { runtimes } from "../../../src/measure/index.js";
import { lab } from "../../support/command-line.js";
import { projectRoot } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

/** One cell of a table made of a rehearsal, beside the rounds that the replay handed out for it. */
export interface RehearsedCell {
  readonly name: string;
  /** Mean makespan in recorded milliseconds, by the replay server's deal. */
  readonly dealtMs: number;
  /** The same by `rund-lab analyze`. */
  readonly tableMs: number;
  /** |ratio − 1| that the replay promises: 3 %, and 2 ms of its own time. */
  readonly tolerance: number;
}

const env = { PATH: process.env.PATH ?? "" };

/**
 * Rehearses what one of the paper's campaign files says of one runtime with `rund-lab run`, and makes its tables with
 * `rund-lab analyze`.
 */
export const rehearse = (
  file: "paper-time.yaml" | "paper-density.yaml",
  { runtime: id, rounds, speed }: { readonly runtime: string; readonly rounds: number; readonly speed: number },
): Promise<readonly RehearsedCell[]> =>
  inTempFolder(async root => {
    const own = join(root, file);
    writeFileSync(own, stringify(onlyOf(id, parse(readFileSync(join(projectRoot, "campaigns", file), "utf8")))));
    const replay = ["--endpoint", "replay:paper_data", "--replay-speed", `${speed}`, "--rounds", `${rounds}`];
    const out = join(root, "raw");
    // one background each, as the original had it
    const run = await lab(["run", "--campaign", own, ...replay, "--order", "grid", "--out", out], { env });
    assert.is(run.code, 0, run.stderr);
    const folder = join(out, readdirSync(out)[0]!);
    const analyzed = await lab(["analyze", folder, "--out", join(root, "tables"), "--json"], { env });
    assert.is(analyzed.code, 0, analyzed.stderr);
    const { tables } = JSON.parse(analyzed.stdout) as Analyzed;
    const dealt = await dealer(rounds);
    const cells =
      file === "paper-time.yaml"
        ? tables.time!.rows.map(({ runtime, values }) => ({ ...{ runtime, density: 0, values }, ...tables.time! }))
        : Object.entries(tables.density).flatMap(([runtime, { columns, rows }]) =>
            rows.map(({ density, values }) => ({ runtime, density, values, columns })),
          );
    return cells.flatMap(({ runtime, density, values, columns }) =>
      values.flatMap((tableMs, index) => {
        if (tableMs === null) return [];
        const concurrency = columns[index]!;
        const dealtMs = dealt(runtime, density === 0 ? "time" : "density", density, concurrency);
        const name = `${runtime} ${density} ${concurrency}`;
        return [{ name, dealtMs, tableMs, tolerance: 0.03 + (2 * speed) / dealtMs }];
      }),
    );
  });

interface CampaignText {
  readonly runtimes?: readonly string[];
  readonly experiments: readonly { readonly runtimes?: readonly string[] }[];
}

/** A campaign file's experiments, as far as they are one runtime's. */
const onlyOf = (id: string, { runtimes, experiments, ...rest }: CampaignText): CampaignText => ({
  ...rest,
  experiments: experiments
    .filter(each => (each.runtimes ?? runtimes)?.includes(id))
    .map(each => ({ ...each, runtimes: [id] })),
});

interface Analyzed {
  readonly tables: {
    readonly time?: {
      readonly columns: readonly number[];
      readonly rows: readonly { readonly runtime: string; readonly values: readonly (number | null)[] }[];
    };
    readonly density: Readonly<
      Record<
        string,
        {
          readonly columns: readonly number[];
          readonly rows: readonly { readonly density: number; readonly values: readonly (number | null)[] }[];
        }
      >
    >;
  };
}

/** The mean makespan of the rounds that a replay of paper_data deals out to a cell. */
async function dealer(rounds: number) {
  const dataset = await loadDataset("paper_data");
  const source = replaySource({ dataset, only: null }, runtimes);
  const own = roundDealer(source, 1, 0);
  return (runtime: string, experiment: "time" | "density", density: number, concurrency: number): number => {
    const { handler } = runtimes.find(({ id }) => id === runtime)!;
    let sum = 0;
    for (let round = 1; round <= rounds; round++) {
      const labels = { campaign: "c", experiment, density, concurrency, round, client: 1, role: "test" } as const;
      own.take(handler, sandboxLabels(labels), 0);
      own.close({ [labelNames.campaign]: "c" });
      sum += own.played.at(-1)!.makespanMs;
    }
    return sum / rounds;
  };
}

/** How far a cell is off, as a multiple of what the replay promises. */
export const excess = ({ dealtMs, tableMs, tolerance }: RehearsedCell): number =>
  Math.abs(tableMs / dealtMs - 1) / tolerance;

/**
 * Makes sure that every cell keeps the promise. A machine that others keep busy delays what is replayed, never hastens it:
 * a cell counts by its best rehearsal of several, and the first one that is good in all ends them.
 */
export async function assertAsRecorded(
  rehearsals: number,
  names: readonly string[],
  run: () => Promise<readonly RehearsedCell[]>,
): Promise<void> {
  const best = new Map<string, RehearsedCell>();
  const late = () => [...best.values()].filter(cell => excess(cell) > 1);
  for (let n = 0; n < rehearsals && (n === 0 || late().length > 0); n++) {
    const cells = await run();
    assert.equal(cells.map(({ name }) => name).sort(), [...names].sort());
    for (const cell of cells) {
      const before = best.get(cell.name);
      if (before === undefined || excess(cell) < excess(before)) best.set(cell.name, cell);
    }
  }
  assert.equal(
    late().map(({ name, dealtMs, tableMs }) => `${name}: ${tableMs} ms for ${dealtMs} ms`),
    [],
  );
}
