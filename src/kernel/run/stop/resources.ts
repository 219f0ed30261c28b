/** Something that a cell has started and that may continue after it: a timer, a socket, a process, a listener, a request. */
export interface Resource {
  /** Whether it may still do something. */
  alive(): boolean;
  close(): void;
}

/** Number of kept resources above which finished ones are dropped. */
const minimumLimit = 64;

/** The resources that a cell has started. Finished resources are dropped from time to time, so that a long loop does not fill memory. */
export class Resources {
  readonly #kept = new Set<Resource>();
  #limit = minimumLimit;

  add(resource: Resource): void {
    this.#kept.add(resource);
    if (this.#kept.size <= this.#limit) return;
    for (const each of this.#kept) if (!each.alive()) this.#kept.delete(each);
    this.#limit = Math.max(minimumLimit, 2 * this.#kept.size);
  }

  /** Closes all of them. One that cannot be closed does not keep the others open. */
  close(): void {
    for (const resource of this.#kept) {
      try {
        resource.close();
      } catch {
        // it has ended, or has not begun yet
      }
    }
    this.#kept.clear();
  }
}
