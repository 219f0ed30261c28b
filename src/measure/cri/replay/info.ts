import { type ReplayInfo, replayInfo as schema } from "../../../campaign-files/manifest.js";
import { LabError } from "../../../model/errors.js";
import { checkedJson } from "../../../model/mismatch.js";
import type { CriStatus } from "../grpc/client.js";

/** The key in the status' info that only a replay server has. */
export const replayInfoKey = "replay";

/**
 * Returns the dataset that a service replays, with the replay's speed and seed.
 *
 * @returns null for a real runtime
 * @throws LabError `RUND_REPLAY_STATUS` if the status has such an entry and it is invalid
 * @example replayInfo({ conditions: [], info: { replay: '{"dataset":"paper_data","speed":20,"seed":1}' } }) // { dataset: "paper_data", speed: 20, seed: 1 }
 * @example replayInfo({ conditions: [], info: {} }) // null
 */
export function replayInfo({ info }: CriStatus): ReplayInfo | null {
  const text = info[replayInfoKey];
  if (text === undefined) return null;
  const read = checkedJson(text, schema);
  if (read.ok) return read.value;
  const { expected, found, cause } = read;
  throw new LabError("RUND_REPLAY_STATUS", "input", "", { where: "the service's status", expected, found, cause });
}
