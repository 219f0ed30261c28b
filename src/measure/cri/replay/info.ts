import type { CriStatus } from "../client.js";

/** What a replay server says of itself in its status: the mark of a replayed run. */
export interface ReplayInfo {
  /** The dataset played. */
  readonly dataset: string;
  /** Delays are divided by it: a duration of recorded time is this many times what a clock here measured. */
  readonly speed: number;
  readonly seed: number;
}

/** The key of the status' info that only a replay server has. */
export const replayInfoKey = "replay";

/**
 * Whether a service replays, and how.
 *
 * @returns null for a real runtime
 * @example replayInfo({ conditions: [], info: { replay: '{"dataset":"paper_data","speed":20,"seed":1}' } }) // { dataset: "paper_data", speed: 20, seed: 1 }
 * @example replayInfo({ conditions: [], info: {} }) // null
 */
export function replayInfo({ info }: CriStatus): ReplayInfo | null {
  const text = info[replayInfoKey];
  return text === undefined ? null : (JSON.parse(text) as ReplayInfo);
}
