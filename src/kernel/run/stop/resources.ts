/** Something that a cell has started and that may continue without it: a timer, a socket, a process, a listener, a request. */
export interface Resource {
  /** Whether it may still do something. */
  alive(): boolean;
  close(): void;
}

/** How many resources are kept before those that are over are forgotten. */
const fewest = 64;

/** What a cell has started. Resources that are over are forgotten from time to time, so a long loop fills no memory. */
export class Resources {
  readonly #kept = new Set<Resource>();
  #limit = fewest;

  add(resource: Resource): void {
    this.#kept.add(resource);
    if (this.#kept.size <= this.#limit) return;
    for (const each of this.#kept) if (!each.alive()) this.#kept.delete(each);
    this.#limit = Math.max(fewest, 2 * this.#kept.size);
  }

  /** Closes all of them. One that cannot be closed does not keep the others open. */
  close(): void {
    for (const resource of this.#kept) {
      try {
        resource.close();
      } catch {
        // it is over, or it was not begun yet
      }
    }
    this.#kept.clear();
  }
}
