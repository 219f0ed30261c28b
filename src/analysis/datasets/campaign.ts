import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import {
  type FitEvent,
  hostCost,
  type Manifest,
  type MemoryEvent,
  parseEvents,
  parseManifest,
  type RoundEvent,
} from "../../campaign-files/index.js";
import type { OperationsEvent } from "../../campaign-files/operations.js";
import { formatMemoryFile, type ProblemList, parseOciRuntime, type RunFolder } from "../../logs/index.js";
import { LabError } from "../../model/errors.js";
import { arrivalWindows } from "./arrival-windows.js";
import type { ArrivalWindow, MemoryCell, OperationCell, RunInfo, StartCell } from "./dataset.js";

/**
 * What a fresh campaign knows beyond its run folders: the manifest's circumstances, and the journal's blocks, failures and
 * counts. The tables' numbers come from the run folders' logs all the same, as they would without it.
 */
export interface Campaign {
  runInfo(folder: RunFolder): RunInfo;
  /** The cell with its rounds' blocks, and the cold starts attempted and failed. */
  startCell(cell: StartCell): StartCell;
  /**
   * The cell with the sandboxes that were really there, and what else the journal has of it. Without the journal's word
   * nobody knows what to divide by: such a cell is empty.
   */
  memoryCell(cell: MemoryCell): MemoryCell;
  /** What a run of a micro experiment measured; none of other runs. */
  operationCells(folder: RunFolder): readonly OperationCell[];
  /** The windows of its open loops. */
  readonly arrivals: readonly ArrivalWindow[];
  /** Its ramps. */
  readonly fits: readonly FitEvent[];
}

/**
 * Reads a campaign's `run.json` and `events.ndjson`.
 *
 * @throws LabError `RUND_MANIFEST` where run.json is no manifest
 */
export function readCampaign(folder: string, problems: ProblemList): Campaign {
  const manifest = parseManifest(read(join(folder, "run.json")), join(folder, "run.json"));
  const journal = join(folder, "events.ndjson");
  const { rows: events, problems: found } = parseEvents(read(journal), journal);
  for (const { file, line, code, expected, found: what } of found) problems.add(file, line, code, expected, what);
  const rounds = groupBy(
    events.filter((event): event is RoundEvent => event.event === "round" && !event.warmup),
    ({ run, density, concurrency }) => `${run}/${density}/${concurrency}`,
  );
  const snapshots = new Map(
    events
      .filter((event): event is MemoryEvent => event.event === "memory")
      .map(event => [`${event.run}/${event.memoryMb}/${event.density}`, event]),
  );
  const operations = events.filter((event): event is OperationsEvent => event.event === "operations" && !event.warmup);
  return {
    arrivals: arrivalWindows(events),
    fits: events.flatMap(event => (event.event === "fit" ? [event] : [])),
    runInfo: run => runInfo(manifest, run),
    operationCells: ({ name, experiment }) =>
      experiment === "cgroups" || experiment === "rootfs"
        ? operationCells(
            manifest,
            experiment,
            operations.filter(({ run }) => run === name),
          )
        : [],
    startCell: cell => withRounds(cell, rounds.get(`${cell.run}/${cell.density}/${cell.concurrency}`) ?? []),
    memoryCell(cell) {
      const { run, memoryMb, density } = cell;
      const event = snapshots.get(`${run}/${memoryMb}/${density}`);
      if (event?.sandboxes !== density) {
        const file = join(folder, run, formatMemoryFile(memoryMb, density));
        const found = event === undefined ? "no snapshot in the journal" : String(event.sandboxes);
        problems.add(file, null, "RUND_MEMORY_SANDBOXES", `${density} sandboxes`, found);
      }
      return event === undefined ? { ...cell, components: [] } : withJournal(cell, event);
    },
  };
}

function runInfo(manifest: Manifest, { name, path, campaign, experiment, runtime, recorded }: RunFolder): RunInfo {
  const run = manifest.runs.find(each => each.run === name);
  if (run === undefined) {
    throw new LabError("RUND_MANIFEST", "input", "", {
      where: join(campaign ?? path, "run.json"),
      expected: `the run ${name}, whose folder is beside it`,
      found: `runs ${manifest.runs.map(each => each.run).join(", ") || "none"}`,
      hint: "a run folder belongs to the campaign that made it; move it to a folder of its own",
    });
  }
  return {
    run: name,
    campaign: basename(campaign ?? path),
    experiment,
    runtime,
    ...(run.label === undefined ? {} : { label: run.label }),
    recorded,
    versions: run.versions,
    handler: run.handler,
    ...(typeof run.config.ociVersion === "string" ? { ociRuntime: run.config.ociVersion } : ociRuntimeIn(path)),
    hostFacts: hostFactsOf(manifest),
    repeat: run.repeat,
    ...lastBlockOf(manifest, experiment),
    template: run.template,
    config: run.config,
    driver: manifest.driver,
    host: manifest.host.id,
    machine: `${manifest.host.cpu}, ${manifest.host.cores} cores`,
    replayed: manifest.replayed,
  };
}

/** What a machine's owner can change on it, and comparisons must name. */
const hostFactNames = [
  "governor",
  "cgroups",
  "distribution",
  "kernelParameters",
  "microcode",
  "mitigations",
  "transparentHugePages",
] as const;

function hostFactsOf({ host }: Manifest): Readonly<Record<string, string>> {
  const recorded = hostFactNames.flatMap(name => (typeof host[name] === "string" ? [[name, host[name]] as const] : []));
  return Object.fromEntries(recorded);
}

const sequentialSettings = z.object({
  experiments: z.array(z.object({ experiment: z.string(), blocks: z.number(), untilDecided: z.string().optional() })),
});

/** Where an experiment was measured until it was decided, the blocks by which it would have ended. */
function lastBlockOf({ plan }: Manifest, experiment: string): Pick<RunInfo, "lastBlock"> {
  const settings = sequentialSettings.safeParse(plan.settings).data;
  const own = settings?.experiments.find(each => each.experiment === experiment && each.untilDecided !== undefined);
  return own === undefined ? {} : { lastBlock: own.blocks };
}

/** versions.txt names the OCI runtime; a run folder of a campaign that stopped before it was written has none. */
function ociRuntimeIn(path: string): Pick<RunInfo, "ociRuntime"> {
  const file = join(path, "versions.txt");
  const found = existsSync(file) ? parseOciRuntime(readFileSync(file, "utf8")) : null;
  return found === null ? {} : { ociRuntime: found };
}

/** Line k of the client logs is the k-th complete round of the journal. */
function withRounds(cell: StartCell, events: readonly RoundEvent[]): StartCell {
  const complete = events.filter(({ makespanMs }) => makespanMs !== null);
  const samples = events.flatMap(event => event.samples);
  return {
    ...cell,
    rounds: cell.rounds.map(round => ({ ...round, block: complete[round.round - 1]?.block ?? null })),
    partial: cell.partial + events.length - complete.length,
    attempted: samples.length,
    failed: samples.filter(({ status }) => status !== "ready").length,
  };
}

/** Rounds of operations by cell. */
function operationCells(
  { host }: Manifest,
  experiment: OperationCell["experiment"],
  events: readonly OperationsEvent[],
): readonly OperationCell[] {
  const cells = groupBy(events, ({ density, concurrency, items }) => `${density}/${concurrency}/${items}`);
  const { cores, kernel } = host;
  const machine = typeof cores === "number" && typeof kernel === "string" ? { machine: { cores, kernel } } : {};
  return [...cells.values()].map(unsorted => {
    const rounds = [...unsorted].sort((a, b) => a.round - b.round);
    const { run, runtime, density, concurrency, items, phases } = rounds[0]!;
    const valuesMs = rounds.map(({ phases }) => makingMs(phases));
    const phasesMs = Object.fromEntries(
      phases.map(({ phase }, index) => [phase, rounds.flatMap(each => each.phases[index]?.totalMs ?? [])]),
    );
    return { run, experiment, variant: runtime, density, concurrency, count: items, valuesMs, phasesMs, ...machine };
  });
}

const makingMs = (phases: OperationsEvent["phases"]): number =>
  phases.reduce((total, { phase, totalMs }) => total + (phase === "make" || phase === "mount" ? totalMs : 0), 0);

function withJournal(cell: MemoryCell, event: MemoryEvent): MemoryCell {
  const { sandboxes, components, enginePssKiB } = event;
  const parts = components.map(({ component, pssKiB }) => ({ part: component, pssKiB }));
  return { ...cell, sandboxes, journal: { parts, host: hostCost(event), enginePssKiB } };
}

function groupBy<Item>(items: readonly Item[], key: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(key(item));
    if (group === undefined) groups.set(key(item), [item]);
    else group.push(item);
  }
  return groups;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError("RUND_MANIFEST", "input", "", {
      where: file,
      expected: "a file that `rund-lab run` writes",
      found: "none that can be read",
      hint: "without run.json and events.ndjson the run folders can still be read one by one",
      cause,
    });
  }
}
