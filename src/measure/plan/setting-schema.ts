import { z } from "zod";
import type { SettingRule } from "../experiments/setting-rules.js";

/**
 * Returns the schema of a setting's value. The messages of its issues begin with "expected" and name the value that was
 * found.
 */
export function settingSchema(rule: SettingRule): z.ZodType {
  switch (rule.value) {
    case "number":
    case "decimal":
      return numberIn(rule.range, rule.value === "number");
    case "numbers":
      return listOf(numberIn(rule.range, true), "number");
    case "decimals": {
      const numbers = listOf(numberIn(rule.range, false), "number");
      return rule.word === undefined ? numbers : z.union([z.literal(rule.word), numbers]);
    }
    case "choice":
      return z.enum(rule.choices, {
        error: ({ input }) => `expected ${rule.choices.join(" or ")}, found ${JSON.stringify(input)}`,
      });
    case "flag":
      return z.boolean();
    case "text":
      return textLike(rule);
    case "texts":
      return listOf(textLike(rule), "text");
  }
}

function numberIn([least, most]: readonly [number, number], whole: boolean) {
  const error = ({ input }: { readonly input: unknown }) =>
    `expected a ${whole ? "whole " : ""}number from ${least} to ${most}, found ${input}`;
  const isIn = (value: number) => value >= least && value <= most && (!whole || Number.isSafeInteger(value));
  return z.number({ error }).refine(isIn, { error });
}

const textLike = ({ pattern, expected = "a text" }: { readonly pattern?: RegExp; readonly expected?: string }) =>
  z.string().refine(text => text !== "" && pattern?.test(text) !== false, {
    error: ({ input }) => `expected ${expected}, found ${input === "" ? "nothing" : JSON.stringify(input)}`,
  });

/** Returns the schema of a list with at least one value and no value twice. */
export const listOf = <Item extends z.ZodType>(item: Item, what: string) =>
  z
    .array(item)
    .min(1, `expected at least one ${what}, found none`)
    .superRefine((values, context) => {
      const twice = values.findIndex((value, index) => values.indexOf(value) !== index);
      if (twice === -1) return;
      const message = `expected each value once, found ${values[twice]} twice`;
      context.addIssue({ code: "custom", path: [twice], message });
    });
