/**
 * Simulates the share of 95 % intervals of `rund-lab/stats` that contain the true value: 5,000 samples of 10, 20 and 50 rounds,
 * 999 resamples per interval (the package draws 9,999). It also prints the share of samples with a doubled round in which the
 * outlier flag fires, and tries intervals of rounds that depend on each other. It takes a few minutes on one core.
 *
 *   node --import tsx bench/statistics-coverage.ts [samples]
 */
import { fileURLToPath } from "node:url";
import {
  type Estimate,
  estimateMean,
  estimateQuantile,
  flagCells,
  type Random,
  random,
  resamples,
  studentised,
} from "../src/analysis/stats/index.js";

const draws = 999;
const sizes = [10, 20, 50];

/** A distribution of rounds, with its true mean and quantiles. */
interface Population {
  readonly name: string;
  readonly draw: (stream: Random) => number;
  readonly mean: number;
  readonly median: number;
  readonly p90: number;
}

/** Gamma with shape 4: skewness 1. */
const gamma = (stream: Random) => -Math.log([1, 2, 3, 4].reduce(product => product * (1 - stream.uniform()), 1));

const populations: readonly Population[] = [
  { name: "normal", draw: stream => 100 + 5 * stream.normal(), mean: 100, median: 100, p90: 106.407758 },
  // R: qgamma(c(.5, .9), 4)
  { name: "skewness 1", draw: gamma, mean: 4, median: 3.67206075, p90: 6.68078307 },
  // log-normal with sigma 0.607
  {
    name: "skewness 2.3",
    draw: stream => Math.exp(0.607 * stream.normal()),
    mean: Math.exp(0.607 ** 2 / 2),
    median: 1,
    p90: Math.exp(0.607 * 1.2815516),
  },
  // R: quantiles of the mixture by uniroot
  {
    name: "5 % doubled",
    draw: stream => (stream.uniform() < 0.05 ? 2 : 1) * (100 + 5 * stream.normal()),
    mean: 105,
    median: 100.330059,
    p90: 108.099281,
  },
];

export default async function bench(samples = 5000): Promise<void> {
  console.log(`share of ${samples} intervals that contain the true value, in percent (95 is right);`);
  console.log("flagged: samples with a doubled round that the outlier flag names");
  console.log(row(["rounds scatter", "n", "mean", "median", "p90", "flagged"]));
  for (const population of populations) {
    for (const n of sizes) console.log(row([population.name, String(n), ...covered(population, n, samples)]));
  }
  console.log("\nthe mean of rounds that each resemble the round before (first-order autoregression, normal);");
  console.log("caveat: samples reported to have too narrow an interval");
  console.log(row(["correlation", "n", "as chosen", "independent", "caveat"]));
  for (const phi of [0, 0.3, 0.6]) {
    for (const n of sizes) console.log(row([String(phi), String(n), ...dependentCovered(phi, n, samples)]));
  }
  console.log(`intervals drawn from ${draws} resamples each; the package draws ${resamples}`);
}

function covered({ name, draw, mean, median, p90 }: Population, n: number, samples: number): readonly string[] {
  const stream = random(`coverage/${name}/${n}`);
  const hits = { mean: 0, median: 0, p90: 0, doubled: 0, flagged: 0 };
  for (let i = 0; i < samples; i++) {
    const values = Array.from({ length: n }, () => draw(stream));
    hits.mean += holds(estimateMean(values, i, draws), mean);
    hits.median += holds(estimateQuantile(values, 0.5, i, draws), median);
    hits.p90 += holds(estimateQuantile(values, 0.9, i, draws), p90);
    if (name === "5 % doubled" && values.some(value => value > 150)) {
      hits.doubled++;
      if (flagCells([{ values }])[0]!.outliers.length > 0) hits.flagged++;
    }
  }
  const share = (count: number) => ((100 * count) / samples).toFixed(1);
  const tooFew = estimateQuantile(new Array(n).fill(0), 0.9, 0).caveat === "too few rounds";
  const flagged = hits.doubled === 0 ? "" : ((100 * hits.flagged) / hits.doubled).toFixed(1);
  return [share(hits.mean), share(hits.median), tooFew ? "none" : share(hits.p90), flagged];
}

function dependentCovered(phi: number, n: number, samples: number): readonly string[] {
  const stream = random(`autoregression/${phi}/${n}`);
  let [chosen, independent, warned] = [0, 0, 0];
  for (let i = 0; i < samples; i++) {
    let state = stream.normal() / Math.sqrt(1 - phi * phi);
    const values = Array.from({ length: n }, () => {
      state = phi * state + stream.normal();
      return 100 + state;
    });
    const estimate = estimateMean(values, i, draws);
    chosen += holds(estimate, 100);
    if (estimate.caveat !== null) warned++;
    const plain = studentised([{ values, blockLength: 1 }], ([m], [e]) => ({ value: m!, error: e! }), i, draws)(0.95);
    if (plain[0] <= 100 && 100 <= plain[1]) independent++;
  }
  return [chosen, independent, warned].map(count => ((100 * count) / samples).toFixed(1));
}

const holds = ({ interval }: Estimate, truth: number): number =>
  interval !== null && interval[0] <= truth && truth <= interval[1] ? 1 : 0;

const row = (cells: readonly string[]) =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(12))).join("");

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench(Number(process.argv[2] ?? 5000));
