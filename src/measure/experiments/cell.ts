/** One point of an experiment's grid. */
export interface Cell {
  readonly runtime: string;
  /** Number of sandboxes that run in the background, or that the experiment counts; 0 without any. */
  readonly density: number;
  /** Number of clients in a round; null in an experiment without rounds of clients, such as memory. */
  readonly concurrency: number | null;
  /** Null except in the memory experiment. */
  readonly memoryMb: number | null;
  /** Offered starts per second in an open loop; undefined for a trace at its own rate, and in other experiments. */
  readonly rate?: number;
}

/** One visit to a cell: a part of its rounds, measured one after another. */
export interface Slot extends Cell {
  /** 1 for the first block. */
  readonly block: number;
  /** The position in the block, 1 for the first. */
  readonly position: number;
  /** The numbers of the rounds that belong to this visit. */
  readonly rounds: readonly number[];
}
