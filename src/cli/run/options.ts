import { Option } from "commander";
import type { SettingName, SettingRule } from "../../measure/experiments/setting-rules.js";
import { LabError } from "../../model/errors.js";
import { type Experiment, experimentNames } from "../../model/experiment.js";
import { flagOf, optionValue, whole, words } from "../terminal/option-value.js";
import { kinds } from "./settings.js";

/** Returns the option of one setting, according to its rule. */
export function settingOption(name: SettingName, rule: SettingRule): Option {
  const flag = flagOf(name);
  const option = new Option(`${flag} ${rule.placeholder}`.trim(), rule.help);
  switch (rule.value) {
    case "number":
      return option.argParser(number(flag));
    case "numbers":
      return option.argParser(text => words(text).map(number(flag)));
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

const number = (option: string) => optionValue(option, "a whole number", whole);

const decimal = (option: string) =>
  optionValue(option, "a number such as 0.5", text => (/^\d{1,9}(\.\d{1,9})?$/.test(text) ? Number(text) : undefined));

/** Parses a rehearsal's speed. @throws LabError `RUND_REPLAY_SPEED` if it is not a speed */
export const speed = optionValue(
  "--replay-speed",
  "a number above 0, at most 1000",
  text => {
    const value = Number(text);
    return /^\d+(\.\d+)?$/.test(text) && value > 0 && value <= 1000 ? value : undefined;
  },
  "RUND_REPLAY_SPEED",
);
