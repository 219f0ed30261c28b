import type { Bound } from "../../../campaign-files/events.js";

/** The use of all limited resources at one density. */
export interface Reading {
  readonly density: number;
  readonly bounds: readonly Bound[];
}

/** The number of further sandboxes that fit, and the limit that stops them. */
interface Room {
  readonly sandboxes: number;
  /** The limit that is reached first. */
  readonly bound: Bound;
  /** The amount that one sandbox takes of this limit, plus two standard errors. */
  readonly perSandbox: number;
}

/** After the first step the error of a slope is unknown; this share of the slope is used instead. */
const firstError = 0.125;

/**
 * Returns the number of further sandboxes that fit before a resource reaches its reserve, by the slopes so far.
 *
 * A threshold would react too late, because the memory can run out within the second in which the last sandboxes start. So the
 * use at the next density is predicted: the current use plus, for each further sandbox, the slope of the use against the density
 * and two standard errors of the slope.
 *
 * @param readings by density, ascending, beginning with the empty machine; at least two
 * @param reserve the share of each limit that must stay free, such as 0.1
 */
export function roomLeft(readings: readonly Reading[], reserve: number): Room {
  const last = readings.at(-1)!;
  const rooms = last.bounds.map(bound => {
    const points = readings.flatMap(({ density, bounds }) => {
      const same = bounds.find(({ name, unit }) => name === bound.name && unit === bound.unit);
      return same === undefined ? [] : [{ x: density, y: same.used }];
    });
    const { slope, error } = lineThrough(points);
    const perSandbox = Math.max(slope + 2 * error, 1e-9);
    // a resource that sandboxes do not use up does not limit them, however near its limit is
    if (points.every(({ y }) => y === points[0]!.y)) return { sandboxes: Number.POSITIVE_INFINITY, bound, perSandbox };
    const free = bound.limit * (1 - reserve) - bound.used;
    return { sandboxes: Math.max(0, Math.floor(free / perSandbox)), bound, perSandbox };
  });
  return rooms.reduce((least, room) => (room.sandboxes < least.sandboxes ? room : least));
}

/** Fits a line by least squares: the slope and its standard error. */
function lineThrough(points: readonly { readonly x: number; readonly y: number }[]): { slope: number; error: number } {
  const n = points.length;
  const mean = (of: (point: (typeof points)[number]) => number) => points.reduce((sum, p) => sum + of(p), 0) / n;
  const [x, y] = [mean(p => p.x), mean(p => p.y)];
  const squares = points.reduce((sum, p) => sum + (p.x - x) ** 2, 0);
  if (squares === 0) return { slope: 0, error: 0 };
  const slope = points.reduce((sum, p) => sum + (p.x - x) * (p.y - y), 0) / squares;
  if (n < 3) return { slope, error: firstError * Math.abs(slope) };
  const residual = points.reduce((sum, p) => sum + (p.y - y - slope * (p.x - x)) ** 2, 0);
  return { slope, error: Math.sqrt(residual / (n - 2) / squares) };
}
