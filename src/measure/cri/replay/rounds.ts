import { counted } from "../../../model/counted.js";
import { shuffled } from "../../shuffle.js";
import { labelNames } from "../labels.js";
import type { RecordedRound, ReplayCell, ReplaySource } from "./source.js";

/** A round that the server has played back. */
export interface PlayedRound extends ReplayCell {
  readonly campaign: string;
  readonly role: string;
  /** The round's number in the campaign. */
  readonly round: number;
  /** The number of the recorded round that was played back. */
  readonly recordedRound: number;
  /** Its makespan in recorded milliseconds, including drift. */
  readonly makespanMs: number;
}

/** A request for something that was not recorded; the message describes it. */
export class NotRecorded extends Error {}

interface OpenRound {
  readonly key: string;
  readonly begunMs: number;
  readonly answersMs: readonly number[];
  readonly taken: Set<number>;
}

/**
 * Plays recorded rounds back to the clients of campaigns. Round k of a cell gets the k-th recorded round in seeded order, so a
 * round that is repeated after a crash gets the same one; after the last recorded round, the first is used again. Each client
 * gets one answer; the first request opens the round and starts its clock. A campaign has one open round: a request of another
 * round, a second request of a client, or `close` ends it.
 *
 * @param drift answers take 1 + drift × (number of rounds opened before) times as long
 */
export function roundPlayer(source: ReplaySource, seed: number, drift: number) {
  const recorded = new Map<string, readonly RecordedRound[]>();
  const open = new Map<string, OpenRound>();
  const played: PlayedRound[] = [];

  function begin(key: string, request: RoundRequest, arrivedMs: number): OpenRound {
    const { handler, experiment, density, concurrency } = request;
    const cell = `${handler} ${experiment} ${density} ${concurrency} ${request.role}`;
    let rounds = recorded.get(cell);
    if (rounds === undefined) {
      const known = source.rounds({ handler, experiment, density, concurrency });
      rounds = shuffled(known, `${seed} ${cell}`);
      recorded.set(cell, rounds);
    }
    const round = rounds[(request.round - 1) % rounds.length];
    if (round === undefined) {
      const where = `handler ${handler}, density ${density}, concurrency ${concurrency}`;
      throw new NotRecorded(`${source.name} contains no ${experiment} rounds of ${where}`);
    }
    const stretch = 1 + drift * played.length;
    const answersMs = shuffled(round.answersMs, `${seed} ${cell} ${request.round}`).map(answer => answer * stretch);
    const { client: _, ...rest } = request;
    played.push({ ...rest, recordedRound: round.round, makespanMs: Math.max(...answersMs) });
    return { key, begunMs: arrivedMs, answersMs, taken: new Set() };
  }

  return {
    /** Every round that has begun, in the order of their beginnings. */
    played: played as readonly PlayedRound[],

    /**
     * Returns the answer to one client of a round.
     *
     * @param arrivedMs the arrival of its request, on a monotonic clock
     * @returns `begunMs`, the arrival of the round's first request, and `answerMs`, the milliseconds from there to this client's
     * answer at speed 1
     * @throws NotRecorded if the labels name no recorded round
     */
    take(handler: string, labels: Readonly<Record<string, string>>, arrivedMs: number) {
      const request = roundRequest(handler, labels);
      const { client, ...rest } = request;
      const key = JSON.stringify(rest);
      let round = open.get(request.campaign);
      if (round === undefined || round.key !== key || round.taken.has(client)) {
        round = begin(key, request, arrivedMs);
        open.set(request.campaign, round);
      }
      const answerMs = round.answersMs[client - 1];
      if (answerMs === undefined)
        throw new NotRecorded(
          `no client ${client} in a recorded round of ${counted(round.answersMs.length, "client")}`,
        );
      round.taken.add(client);
      return { begunMs: round.begunMs, answerMs };
    },

    /** Ends the campaign's open round, because one of its sandboxes was removed or its request cancelled. */
    close(labels: Readonly<Record<string, string>>) {
      open.delete(labels[labelNames.campaign] ?? "");
    },
  };
}

interface RoundRequest extends ReplayCell {
  readonly campaign: string;
  readonly role: string;
  readonly round: number;
  readonly client: number;
}

function roundRequest(handler: string, labels: Readonly<Record<string, string>>): RoundRequest {
  const text = (name: string) => {
    const value = labels[name];
    if (value === undefined) throw new NotRecorded(`the sandbox has no label ${name}`);
    return value;
  };
  const whole = (name: string, least: number) => {
    const value = Number(text(name));
    if (!Number.isSafeInteger(value) || value < least)
      throw new NotRecorded(`label ${name}: expected a whole number from ${least}, found ${text(name)}`);
    return value;
  };
  const place = {
    handler,
    campaign: text(labelNames.campaign),
    experiment: text(labelNames.experiment),
    role: text(labelNames.role),
    density: whole(labelNames.density, 0),
  };
  const [round, client] = [whole(labelNames.round, 1), whole(labelNames.client, 1)];
  // starts of an open loop are not in a common round: each is a round of its own
  if (place.experiment === "arrivals") return { ...place, concurrency: 1, round: client, client: 1 };
  return { ...place, concurrency: whole(labelNames.concurrency, 1), round, client };
}
