import { LabError } from "./errors.js";

/**
 * Returns a percentage such as `5%` as a share.
 *
 * @param where the option or key, for the message
 * @throws LabError `RUND_PERCENT` unless it is above 0 and below 100 %
 * @example shareOf("2.5%", "--detect") // 0.025
 */
export function shareOf(text: string, where: string): number {
  const percent = Number(/^(\d+(?:\.\d+)?)%$/.exec(text)?.[1]);
  if (percent > 0 && percent < 100) return percent / 100;
  throw new LabError("RUND_PERCENT", "usage", "", {
    where,
    expected: "a percentage above 0 and below 100, such as 5%",
    found: `"${text}"`,
  });
}

/**
 * Returns a share in percent, without the rounding error of the multiplication: 100 * 0.57 is 56.99999999999999.
 *
 * @example percentOf(0.57) // 57
 */
export const percentOf = (share: number): number => Number((100 * share).toPrecision(6));
