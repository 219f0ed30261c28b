import { formatLatencyLog } from "../../src/logs/index.js";

/** Small run folders made by hand, as name → text. */

const sandboxId = (client: number, round: number) =>
  `${client.toString(16).padStart(4, "0")}${round.toString(16).padStart(60, "0")}`;

/** Latencies in ms, by round and client; client k of a round starts k ms after the first. */
export type Latencies = readonly (readonly number[])[];

/** The files of one cell: client logs, cpu.txt and latency.txt that agree with each other. */
export function cellFiles(cell: string, rounds: Latencies): Record<string, string> {
  const files: Record<string, string> = {};
  const clients = rounds[0]?.length ?? 0;
  for (let client = 0; client < clients; client++) {
    files[`${cell}/client${String(client + 1).padStart(3, "0")}.txt`] = rounds
      .map((round, index) => {
        const start = 1_640_000_000_000 + index * 100_000 + client;
        const latency = round[client]!;
        return `${sandboxId(client, index)} ${start} ${start + latency} ${latency}\n`;
      })
      .join("");
  }
  const all = rounds.flat();
  files[`${cell}/cpu.txt`] = rounds.map((_, index) => `${100 + index} 1000 ${(100 + index) / 10}\n`).join("");
  files[`${cell}/latency.txt`] = formatLatencyLog(all.reduce((sum, value) => sum + value, 0) / all.length);
  return files;
}

/** A time run of two cells: concurrency 1 with latencies 80 and 90, concurrency 3 with known makespans 105 and 122. */
export const smallRun = (): Record<string, string> => ({
  ...cellFiles("time_rund_01020304/con_001", [[80], [90]]),
  // client k starts k ms late: the makespan is the largest of latency + k
  ...cellFiles("time_rund_01020304/con_003", [
    [100, 104, 99],
    [110, 112, 120],
  ]),
});
