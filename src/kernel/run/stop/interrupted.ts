import { getHeapStatistics } from "node:v8";

/** The error of an interrupted cell, which its code throws where it would continue. */
export class Interrupted extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** The error of a cell that was ended because it had nearly used up Node's memory for objects. */
export class OutOfMemory extends Error {
  override readonly name = "OutOfMemory";
  constructor() {
    const limit = Math.round(getHeapStatistics().heap_size_limit / 2 ** 20);
    super(
      `the cell was stopped because the kernel's memory for objects (${limit} MiB) was nearly used up; variables of earlier cells are still there. ` +
        "For more memory, start Jupyter or rund-lab with NODE_OPTIONS=--max-old-space-size=<MiB>",
    );
    this.stack = `${this.name}: ${this.message}`;
  }
}
