import type { CampaignEvent } from "../../campaign-files/events.js";
import type { Slot } from "../experiments/cell.js";
import type { DoneRound } from "../experiments/experiment.js";
import { experimentTable } from "../experiments/index.js";

/** The measured rounds of a campaign, from its journal. Warm-up rounds do not count, because a resumed visit repeats them. */
export class DoneRounds {
  readonly #done = new Set<string>();

  constructor(events: readonly CampaignEvent[]) {
    for (const event of events) this.add(event);
  }

  add(event: CampaignEvent): void {
    for (const { measured } of Object.values(experimentTable)) {
      const round = measured(event);
      if (round !== null) this.#done.add(key(round));
    }
  }

  /** Returns the rounds of a visit that are still missing. */
  missing(run: string, slot: Slot): readonly number[] {
    return slot.rounds.filter(round => !this.#done.has(key({ ...slot, run, round })));
  }

  get rounds(): number {
    return this.#done.size;
  }
}

const key = ({ run, density, concurrency, memoryMb, rate, round }: DoneRound): string =>
  [run, density, concurrency, memoryMb, rate, round].join(" ");
