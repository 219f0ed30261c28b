/**
 * Moves labels apart: returns the places nearest to the wanted ones (least squares) with at least `gap` between neighbours, in
 * the same order, none below 0 or above `end`. Uses pooling of adjacent violators (isotonic regression).
 *
 * @param wanted places in any order; equal ones keep their order
 * @example dodged([10, 12, 50], 10, 100) // [6, 16, 50]
 */
export function dodged(wanted: readonly number[], gap: number, end: number): readonly number[] {
  const order = wanted.map((_, index) => index).sort((a, b) => wanted[a]! - wanted[b]! || a - b);
  const pools: { sum: number; size: number }[] = [];
  order.forEach((index, rank) => {
    pools.push({ sum: wanted[index]! - rank * gap, size: 1 });
    for (;;) {
      const [before, last] = pools.slice(-2);
      if (before === undefined || last === undefined || before.sum / before.size <= last.sum / last.size) break;
      pools.splice(-2, 2, { sum: before.sum + last.sum, size: before.size + last.size });
    }
  });
  const most = end - (wanted.length - 1) * gap;
  const settled = pools.flatMap(({ sum, size }) =>
    Array.from({ length: size }, () => Math.max(0, Math.min(most, sum / size))),
  );
  const places = new Array<number>(wanted.length);
  order.forEach((index, rank) => {
    places[index] = settled[rank]! + rank * gap;
  });
  return places;
}
