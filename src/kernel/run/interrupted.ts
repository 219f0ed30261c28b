/** Why an interrupted cell failed, and what its code throws where it would go on. */
export class Interrupted extends Error {
  override readonly name = "KeyboardInterrupt";
  constructor() {
    super("the cell was interrupted");
    this.stack = `${this.name}: ${this.message}`;
  }
}
