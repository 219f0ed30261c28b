/**
 * Returns a whole number written only in decimal digits, up to 2^53 − 1; undefined for anything else.
 *
 * @example wholeNumber("766") // 766
 * @example wholeNumber("-1") // undefined
 * @example wholeNumber("9007199254740993") // undefined
 */
export function wholeNumber(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Formats a number as awk's `print` and C's `%g` write it: six significant digits, no zeros at the end. The original's
 * latency.txt and cpu.txt hold such numbers.
 *
 * @example formatG(6854.9412) // "6854.94"
 * @example formatG(100) // "100"
 * @example formatG(1234567) // "1.23457e+06"
 * @example formatG(0.00001234) // "1.234e-05"
 * @example formatG(2441.125) // "2441.12"
 */
export function formatG(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const [digits = "", exponentText = "0"] = sixDigits(value).split("e");
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 6) return String(Number(`${digits}e${exponent}`));
  const sign = exponent < 0 ? "-" : "+";
  return `${String(Number(digits))}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

/** Rounds to six significant digits, a tie to the even digit as C does; JavaScript rounds it up. */
function sixDigits(value: number): string {
  const tie = /^(-?\d\.\d{4}[02468])50*(e.*)$/.exec(value.toExponential(40));
  return tie === null ? value.toExponential(5) : `${tie[1]}${tie[2]}`;
}

/**
 * Whether a number that was written with at least six significant digits agrees with a value.
 *
 * @example sameToSixDigits(9.75491, (800 / 8201) * 100) // true
 * @example sameToSixDigits(9.7549, (800 / 8201) * 100) // false
 */
export function sameToSixDigits(written: number, value: number): boolean {
  const halfUnit = value === 0 ? 0 : 0.5 * 10 ** (Math.floor(Math.log10(Math.abs(value))) - 5);
  return Math.abs(written - value) <= halfUnit * (1 + 1e-9);
}
