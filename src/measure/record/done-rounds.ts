import type { CampaignEvent, CellPlace } from "../../campaign-files/events.js";
import type { Slot } from "../plan/order.js";

/** What of a campaign is done, by its journal. Warm-up rounds do not count: they are run again where a visit goes on. */
export class DoneRounds {
  readonly #done = new Set<string>();

  constructor(events: readonly CampaignEvent[] = []) {
    for (const event of events) this.add(event);
  }

  add(event: CampaignEvent): void {
    if (event.event === "round" && !event.warmup) {
      this.#done.add(key(event, event.concurrency, null, event.round));
    } else if (event.event === "memory") {
      this.#done.add(key(event, null, event.memoryMb, event.block));
    }
  }

  /** The rounds of a visit that are still to be measured. */
  missing(run: string, slot: Slot): readonly number[] {
    return slot.rounds.filter(round => !this.#done.has(key({ ...slot, run }, slot.concurrency, slot.memoryMb, round)));
  }

  get rounds(): number {
    return this.#done.size;
  }
}

const key = (
  { run, density }: Pick<CellPlace, "run" | "density">,
  concurrency: number | null,
  memoryMb: number | null,
  round: number,
): string => [run, density, concurrency, memoryMb, round].join(" ");
