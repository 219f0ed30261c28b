import { LabError } from "../../model/errors.js";
import type { Experiment } from "../../model/experiment.js";
import type { SettingName, settingRules } from "./setting-rules.js";

/** The value of a setting, from its rule. */
type ValueOf<Rule> = Rule extends { value: "number" | "decimal" }
  ? number
  : Rule extends { value: "numbers" }
    ? readonly number[]
    : Rule extends { value: "decimals"; word: infer Word }
      ? readonly number[] | Word
      : Rule extends { value: "text" }
        ? string
        : Rule extends { value: "texts" }
          ? readonly string[]
          : Rule extends { value: "choice"; choices: readonly (infer Choice)[] }
            ? Choice
            : boolean;

type Values = { readonly [Name in SettingName]: ValueOf<(typeof settingRules)[Name]> };

/** Settings that every experiment has; an axis that it does not have is empty, or [0] for density. */
type Common = "concurrency" | "density" | "memory" | "rounds" | "warmup" | "blocks" | "order" | "seed" | "timeout";

/**
 * One experiment as it will be run: everything that determines which rounds are measured, and how. `settingRules` describes each
 * setting; one that is undefined has its default.
 */
export type ExperimentSettings = Pick<Values, Common> &
  Partial<Omit<Values, Common | "prepare">> & {
    readonly experiment: Experiment;
    /** Ids, in the given order. */
    readonly runtimes: readonly string[];
    /** A shell command run before every round; null for none. */
    readonly prepare: string | null;
  };

/** Settings as a user gives them; `experimentSettings` fills in the rest. */
export type ExperimentWishes = { readonly experiment: Experiment } & {
  readonly [Key in Exclude<keyof ExperimentSettings, "experiment">]?: ExperimentSettings[Key] | undefined;
};

/** Returns the error for a setting with an invalid value. */
export const wrongSetting = (where: string, expected: string, found: string, hint?: string, summary = ""): LabError =>
  new LabError("RUND_SETTING", "usage", summary, { where, expected, found, hint });
