import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { examineManifest, type FitEvent, type Manifest, parseEvents } from "../../campaign-files/index.js";
import { formatMemoryFile, type ProblemList, parseOciRuntime, type RunFolder } from "../../logs/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { arrivalWindows } from "./arrival-windows.js";
import { CampaignJournal, withRounds, withSnapshot } from "./campaign-journal.js";
import type { ArrivalWindow, IoRound, MemoryCell, OperationCell, RunInfo, StartCell } from "./dataset.js";
import { coresAndKernel, operationCells } from "./operation-cells.js";

/**
 * The records of a fresh campaign that its run folders do not contain: the manifest's circumstances, and the journal's blocks,
 * failures and counts. The numbers of the paper's tables come from the run folders' logs and do not need these records.
 */
export interface Campaign {
  /** Whether its run folders record the host's CPU time; those of a cluster do not. */
  readonly hasCpu: boolean;
  runInfo(folder: RunFolder): RunInfo;
  /** Returns the cell with its rounds' blocks, and the cold starts attempted and failed. */
  startCell(cell: StartCell): StartCell;
  /**
   * Returns the cell with the number of sandboxes that really ran, and the journal's other data about it. Without the journal's
   * line the divisor is unknown, so such a cell is empty.
   */
  memoryCell(cell: MemoryCell): MemoryCell;
  /** Returns the operations that a run of a micro experiment measured; empty for other runs. */
  operationCells(folder: RunFolder): readonly OperationCell[];
  /** Its rounds of I/O inside containers. */
  readonly io: readonly IoRound[];
  /** The windows of its open loops. */
  readonly arrivals: readonly ArrivalWindow[];
  /** Its ramps. */
  readonly fits: readonly FitEvent[];
}

/**
 * Reads a campaign's `run.json` and `events.ndjson`.
 *
 * @throws LabError `RUND_MANIFEST` if run.json or events.ndjson is missing, or a required part of run.json is invalid
 */
export function readCampaign(folder: string, problems: ProblemList): Campaign {
  const { manifest, problems: faults } = examineManifest(read(join(folder, "run.json")), join(folder, "run.json"));
  const file = join(folder, "events.ndjson");
  const events = parseEvents(read(file), file);
  for (const { file, line, code, expected, found } of [...faults, ...events.problems]) {
    problems.add(file, line, code, expected, found);
  }
  const journal = new CampaignJournal(events);
  return {
    hasCpu: manifest.driver !== "kubernetes",
    io: journal.known("io").map(event => ({ ...event, ...coresAndKernel(manifest) })),
    arrivals: arrivalWindows(journal.known("arrivals")),
    fits: journal.known("fit"),
    runInfo: run => runInfo(manifest, run),
    operationCells: ({ name, experiment }) =>
      experiment === "cgroups" || experiment === "rootfs"
        ? operationCells(manifest, experiment, journal.known("operations", name))
        : [],
    startCell(cell) {
      const { run, density, concurrency } = cell;
      const rounds = journal.rounds(run, density, concurrency);
      if (rounds === undefined) return cell;
      const complete = rounds.filter(({ makespanMs }) => makespanMs !== null).length;
      if (complete < cell.rounds.length + cell.partial) {
        const logs = `${counted(cell.rounds.length + cell.partial, "complete round")} of ${run}, density ${density}, concurrency ${concurrency}, as in its logs`;
        problems.add(file, null, "RUND_JOURNAL_ROUNDS", logs, String(complete));
        return cell;
      }
      return withRounds(cell, rounds);
    },
    memoryCell(cell) {
      const { run, memoryMb, density } = cell;
      const snapshot = journal.snapshot(run, memoryMb, density);
      if (snapshot?.sandboxes !== density) {
        const path = join(folder, run, formatMemoryFile(memoryMb, density));
        const found = snapshot === undefined ? "no snapshot in the journal" : String(snapshot.sandboxes ?? "unknown");
        problems.add(path, null, "RUND_MEMORY_SANDBOXES", counted(density, "sandbox"), found);
      }
      return snapshot?.sandboxes === undefined ? { ...cell, components: [] } : withSnapshot(cell, snapshot);
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
    label: run.label,
    ...(run.colour && { colour: run.colour }),
    recorded,
    startedAt: manifest.startedAt,
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
    ...machineOf(manifest),
    replayed: manifest.replayed,
  };
}

/** Returns the machine in words; undefined if its processor or the number of processors is unknown, or if it is a cluster. */
const machineOf = ({ host: { cpu, cores } }: Manifest): Pick<RunInfo, "machine"> =>
  cpu == null || cores == null ? {} : { machine: `${cpu}, ${counted(cores, "core")}` };

/** Properties that the owner of a machine can change, so that comparisons must mention them. */
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

/** Returns the maximum number of blocks of an experiment that was measured until it was decided. */
function lastBlockOf({ plan }: Manifest, experiment: string): Pick<RunInfo, "lastBlock"> {
  const settings = sequentialSettings.safeParse(plan.settings).data;
  const own = settings?.experiments.find(each => each.experiment === experiment && each.untilDecided !== undefined);
  return own === undefined ? {} : { lastBlock: own.blocks };
}

/** versions.txt contains the OCI runtime's version; if a campaign stopped before it was written, it is missing. */
function ociRuntimeIn(path: string): Pick<RunInfo, "ociRuntime"> {
  const file = join(path, "versions.txt");
  const found = existsSync(file) ? parseOciRuntime(readFileSync(file, "utf8")) : null;
  return found === null ? {} : { ociRuntime: found };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new LabError("RUND_MANIFEST", "input", "", {
      where: file,
      expected: "a file that `rund-lab run` writes",
      found: "no readable file",
      hint: "you can still read the run folders one by one, without run.json and events.ndjson",
      cause,
    });
  }
}
