/** Builds and parses the names of run folders and of the files in them. These names define the grid of an experiment. */
import { type Experiment, experimentNames } from "../model/experiment.js";

/** The information in a run folder's name: `time_kata_12252108` is the time experiment on Kata-QEMU of 25 December, 21:08. */
export interface RunName {
  readonly experiment: Experiment;
  readonly runtime: string;
  /** Month, day, hour and minute: `12252108`. */
  readonly recorded: string;
}

/** Returns the first word of the names of an experiment's folders. */
const prefixOf = (experiment: Experiment): string => (experiment === "memory" ? "mem" : experiment);
const prefix = `(${experimentNames.map(prefixOf).join("|")})_`;
const runName = new RegExp(`^${prefix}(.+)_(\\d{8})$`);
const beginning = new RegExp(`^${prefix}`);

/**
 * Parses a run folder's name; returns undefined for any other name.
 *
 * @example parseRunName("mem_katafc_12231701") // { experiment: "memory", runtime: "katafc", recorded: "12231701" }
 * @example parseRunName("result") // undefined
 */
export function parseRunName(name: string): RunName | undefined {
  const [, own, runtime, recorded] = runName.exec(name) ?? [];
  const experiment = experimentNames.find(each => prefixOf(each) === own);
  if (experiment === undefined || runtime === undefined || recorded === undefined) return undefined;
  return { experiment, runtime, recorded };
}

/**
 * Returns the name of a run folder.
 *
 * @example formatRunName({ experiment: "memory", runtime: "katafc", recorded: "12231701" }) // "mem_katafc_12231701"
 */
export const formatRunName = ({ experiment, runtime, recorded }: RunName): string =>
  `${prefixOf(experiment)}_${runtime}_${recorded}`;

/** Whether a name begins like a run folder's, even if the rest is wrong. Such a folder is reported, never ignored. */
export const looksLikeRunName = (name: string): boolean => beginning.test(name);

const numbered = (pattern: RegExp, name: string): number | undefined => {
  const digits = pattern.exec(name)?.[1];
  const value = digits === undefined ? Number.NaN : Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
};

/**
 * Returns the concurrency in a folder's name; undefined for other names.
 *
 * @example parseConcurrencyFolder("con_010") // 10
 */
export const parseConcurrencyFolder = (name: string): number | undefined => numbered(/^con_(\d+)$/, name);

/**
 * Returns the folder name of a concurrency.
 *
 * @example formatConcurrencyFolder(10) // "con_010"
 */
export const formatConcurrencyFolder = (concurrency: number): string => `con_${String(concurrency).padStart(3, "0")}`;

/**
 * Returns the background density in a folder's name; undefined for other names.
 *
 * @example parseDensityFolder("density_0100") // 100
 */
export const parseDensityFolder = (name: string): number | undefined => numbered(/^density_(\d+)$/, name);

/**
 * Returns the folder name of a background density.
 *
 * @example formatDensityFolder(100) // "density_0100"
 */
export const formatDensityFolder = (density: number): string => `density_${String(density).padStart(4, "0")}`;

/**
 * Returns the number in a client log's name, 1 for the first; undefined for other names.
 *
 * @example parseClientFile("client003.txt") // 3
 */
export const parseClientFile = (name: string): number | undefined => numbered(/^client(\d+)\.txt$/, name);

/**
 * Returns the name of a client's log.
 *
 * @example formatClientFile(3) // "client003.txt"
 */
export const formatClientFile = (client: number): string => `client${String(client).padStart(3, "0")}.txt`;

/**
 * Returns the guest memory label (MB) and the density in the name of a memory snapshot's file.
 *
 * @example parseMemoryFile("result_128MB_0010.txt") // { memoryMb: 128, density: 10 }
 */
export function parseMemoryFile(name: string): { memoryMb: number; density: number } | undefined {
  const memoryMb = numbered(/^result_(\d+)MB_\d+\.txt$/, name);
  const density = numbered(/^result_\d+MB_(\d+)\.txt$/, name);
  return memoryMb === undefined || density === undefined ? undefined : { memoryMb, density };
}

/**
 * Returns the name of the file with smem's table, by guest memory in MB and density.
 *
 * @example formatMemoryFile(128, 10) // "result_128MB_0010.txt"
 */
export const formatMemoryFile = (memoryMb: number, density: number): string =>
  `result_${memoryMb}MB_${String(density).padStart(4, "0")}.txt`;
