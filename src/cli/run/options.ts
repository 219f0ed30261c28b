import { Option } from "commander";
import type { SettingName, SettingRule } from "../../measure/experiments/setting-rules.js";
import { LabError } from "../../model/errors.js";
import { type Experiment, experimentNames } from "../../model/experiment.js";
import { kinds } from "./settings.js";

/** Returns the option of one setting, according to its rule. */
export function settingOption(name: SettingName, rule: SettingRule): Option {
  const flag = `--${name.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
  const option = new Option(`${flag} ${rule.placeholder}`.trim(), rule.help);
  switch (rule.value) {
    case "number":
      return option.argParser(number(flag));
    case "numbers":
      return option.argParser(numbers(flag));
    case "choice":
      return option.choices(rule.choices);
    case "decimal":
      return option.argParser(decimal(flag));
    case "decimals":
      return option.argParser(text => (text === rule.word ? text : words(text).map(decimal(flag))));
    case "texts":
      return option.argParser((text, before: readonly string[] = []) => [...before, text]);
    case "text":
    case "flag":
      return option;
  }
}

/** Returns the experiment that a word names. @throws LabError `RUND_RUN_WHAT` for any other word */
export function kind(text: string): Experiment {
  const known = experimentNames.find(name => name === text);
  if (known !== undefined) return known;
  throw new LabError("RUND_RUN_WHAT", "usage", "", {
    where: "run",
    expected: kinds,
    found: text,
    hint: "`rund-lab run --help` lists the options",
  });
}

/** Returns the entries of a comma-separated list. */
export const words = (text: string): readonly string[] => text.split(",").map(word => word.trim());

/** Accepts only whole numbers; `ten`, `1e9`, `-1` and an empty entry are errors. */
const number =
  (option: string) =>
  (text: string): number => {
    if (/^\d{1,15}$/.test(text)) return Number(text);
    throw new LabError("RUND_SETTING", "usage", "", {
      where: option,
      expected: "a whole number",
      found: JSON.stringify(text),
    });
  };

const decimal =
  (option: string) =>
  (text: string): number => {
    if (/^\d{1,9}(\.\d{1,9})?$/.test(text)) return Number(text);
    throw new LabError("RUND_SETTING", "usage", "", {
      where: option,
      expected: "a number such as 0.5",
      found: JSON.stringify(text),
    });
  };

const numbers =
  (option: string) =>
  (text: string): readonly number[] =>
    words(text).map(number(option));

/** Returns a rehearsal's speed. @throws LabError `RUND_REPLAY_SPEED` if it is not a speed */
export function speed(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 1000) return value;
  throw new LabError("RUND_REPLAY_SPEED", "usage", "", {
    where: "--replay-speed",
    expected: "a number above 0, at most 1000",
    found: JSON.stringify(text),
  });
}
