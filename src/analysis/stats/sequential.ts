import { normalCdf, normalQuantile } from "./normal.js";

/**
 * Computes the level of each test of a comparison that is tested after every block and stopped as soon as it is decided.
 * Two-sided tests at these levels find a difference between equal runtimes with the probability `alpha` over all tests together.
 *
 * The spending function is Lan and DeMets' in O'Brien and Fleming's form, on either side: up to the share t of the blocks, the
 * error 2 (1 − Φ(z / √t)) is spent, where z is the quantile for a quarter of alpha. The levels follow by numerical integration
 * (Armitage, McPherson and Rowe 1969). A t test of few blocks uses the same levels (Pocock's significance-level approach).
 *
 * @param first number of blocks at the first test
 * @param last number of blocks at the last test
 * @returns one level for each test; 0 if the spending function allows too little
 * @example sequentialLevels(0.05, 1, 2).map(level => Number(level.toFixed(4))) // [0.0031, 0.049]
 */
export function sequentialLevels(alpha: number, first: number, last: number): readonly number[] {
  const key = `${alpha}/${first}/${last}`;
  let levels = known.get(key);
  if (levels === undefined) {
    levels = integrate(alpha, first, last);
    known.set(key, levels);
  }
  return levels;
}

/** Cached, because every cell and every interval of a comparison needs the same levels. */
const known = new Map<string, readonly number[]>();

/**
 * Computes the p of a sequential comparison at one test: the smallest alpha at which this test finds a difference. It can be
 * compared with 5 %, whenever the comparison stops.
 *
 * @param p the test's own two-sided p
 * @param look number of blocks so far, from `first` to `last`
 * @example sequentialP(0.049, 2, 1, 2).toFixed(3) // "0.050"
 */
export function sequentialP(p: number, look: number, first: number, last: number): number {
  const finds = (alpha: number) => p <= sequentialLevels(alpha, first, last)[look - first]!;
  let [low, high] = [0, 1];
  if (!finds(0.999)) return 1;
  // twelve halvings on a logarithmic scale give a value within 0.5 % of the exact one, and never below it
  for (let step = 0; step < 12; step++) {
    const middle = Math.sqrt(Math.max(low, 1e-9) * high);
    if (finds(Number(middle.toPrecision(6)))) high = middle;
    else low = middle;
  }
  return high;
}

/** Number of standard deviations beyond which the density is negligible. */
const beyond = 8;
/** Number of steps of Simpson's rule over the region in which the comparison continues. */
const steps = 96;

function integrate(alpha: number, first: number, last: number): readonly number[] {
  const z = -normalQuantile(alpha / 4);
  const spent = (look: number) => Math.min(alpha, 4 * normalCdf(-z / Math.sqrt(look / last)));
  const levels: number[] = [];
  // the sum of the blocks' standardised differences in the region of continuation, and its density times Simpson's weight
  let points: Float64Array = new Float64Array([0]);
  let mass: Float64Array = new Float64Array([1]);
  let before = 0;
  for (let look = first; look <= last; look++) {
    const scale = Math.sqrt(look - before);
    const tail = (bound: number) => {
      let outside = 0;
      for (const [i, at] of points.entries()) {
        outside += mass[i]! * (normalCdf((at - bound) / scale) + normalCdf((-bound - at) / scale));
      }
      return outside;
    };
    const allowed = spent(look) - (before === 0 ? 0 : spent(before));
    let [low, high] = [0, beyond * Math.sqrt(look)];
    for (let step = 0; step < 40; step++) {
      const middle = (low + high) / 2;
      if (tail(middle) > allowed) low = middle;
      else high = middle;
    }
    const bound = high;
    levels.push(allowed < 1e-13 ? 0 : 2 * normalCdf(-bound / Math.sqrt(look)));
    [points, mass] = continued(points, mass, bound, scale);
    before = look;
  }
  return levels;
}

/** Computes the density of the sum after a test at which it stayed within ± bound, at Simpson's points. */
function continued(
  points: Float64Array,
  mass: Float64Array,
  bound: number,
  scale: number,
): [Float64Array, Float64Array] {
  const next = new Float64Array(steps + 1);
  const density = new Float64Array(steps + 1);
  const width = (2 * bound) / steps;
  const constant = 1 / (scale * Math.sqrt(2 * Math.PI));
  for (let j = 0; j <= steps; j++) {
    const at = -bound + j * width;
    next[j] = at;
    let sum = 0;
    for (let i = 0; i < points.length; i++) {
      const distance = (at - points[i]!) / scale;
      sum += mass[i]! * Math.exp(-0.5 * distance * distance);
    }
    const weight = j === 0 || j === steps ? 1 : j % 2 === 1 ? 4 : 2;
    density[j] = (sum * constant * weight * width) / 3;
  }
  return [next, density];
}
