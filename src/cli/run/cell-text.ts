import type { Cell } from "../../measure/experiments/cell.js";

/**
 * Returns a cell in words; what its experiment does not vary is left out.
 *
 * @example cellText({ runtime: "runc", density: 100, concurrency: 10, memoryMb: null }) // "runc density 100 concurrency 10"
 */
export const cellText = ({ runtime, density, concurrency, memoryMb, rate }: Cell): string =>
  [
    runtime,
    ...(memoryMb === null ? [] : [`${memoryMb} MB`]),
    ...(density === 0 ? [] : [`density ${density}`]),
    ...(concurrency === null ? [] : [`concurrency ${concurrency}`]),
    ...(rate === undefined ? [] : [`${rate} a second`]),
  ].join(" ");
