const chunk = 1 << 16;
const bytes = chunk * Float64Array.BYTES_PER_ELEMENT;

/** A growing list of millions of numbers, eight bytes each, which is never copied while it grows. */
export class NumberColumn {
  #chunks: Float64Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    const at = this.#length++ % chunk;
    if (at === 0) this.#chunks.push(new Float64Array(new ArrayBuffer(bytes, { maxByteLength: bytes })));
    this.#chunks[this.#chunks.length - 1]![at] = value;
  }

  /** Passes all numbers to a function and frees their memory immediately, without waiting for the garbage collector. */
  drain(take: (value: number, index: number) => void): void {
    let index = 0;
    for (let values = this.#chunks.shift(); values !== undefined; values = this.#chunks.shift()) {
      for (let i = 0; i < chunk && index < this.#length; i++) take(values[i]!, index++);
      (values.buffer as ArrayBuffer).resize(0);
    }
    this.#length = 0;
  }
}
