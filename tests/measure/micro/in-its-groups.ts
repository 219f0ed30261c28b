import { readdirSync } from "node:fs";
import { childCommand, until } from "../../support/child-command.js";
import { groupsOf } from "./groups.js";

/** A campaign of control groups that goes on for minutes. */
export const manyRounds =
  "run cgroups --runtime v1 --containers 10 --window 0 --concurrency 2 --density 3 --rounds 500".split(" ");

/** Starts a campaign, or continues one, and waits until its control groups exist. */
export async function inItsGroups(out: string, words: readonly string[]) {
  const child = childCommand(out, words);
  await child.said(/\d+\/\d+ cgroups/);
  const [name] = readdirSync(out);
  await until(
    () => groupsOf(name!).some(group => readdirSync(group).includes("home")),
    () => `no group is made: ${child.output()}`,
  );
  return { child, name: name! };
}
