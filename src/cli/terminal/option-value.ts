import { LabError } from "../../model/errors.js";

/**
 * Returns the parser of an option's value, for commander.
 *
 * @param read returns the value of a text, or undefined if the text is not what is expected
 * @throws LabError of kind `usage`, with the option, what is expected and what was found
 * @example optionValue("--rounds", "a whole number", whole)("12") // 12
 */
export const optionValue =
  <Value>(option: string, expected: string, read: (text: string) => Value | undefined, code = "RUND_SETTING") =>
  (text: string): Value => {
    const value = read(text);
    if (value !== undefined) return value;
    throw new LabError(code, "usage", "", { where: option, expected, found: JSON.stringify(text) });
  };

/**
 * Returns a whole number without a sign; undefined for `ten`, `1e9`, `-1` and an empty text.
 *
 * @example whole("12") // 12
 */
export const whole = (text: string): number | undefined => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);

/**
 * Returns the flag of an option.
 *
 * @example flagOf("untilDecided") // "--until-decided"
 */
export const flagOf = (name: string): string => `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;

/**
 * Returns the entries of a comma-separated list.
 *
 * @example words("runc, crun") // ["runc", "crun"]
 */
export const words = (text: string): readonly string[] => text.split(",").map(word => word.trim());
