import { type Plan, type RuntimeDeclaration, recordedDeaths } from "../../measure/index.js";

/**
 * Returns the condition that a plan does not check, because that would start sandboxes: whether idle sandboxes stay alive.
 *
 * @param out the folder of campaigns; an earlier campaign there may have refused a runtime because its sandbox died
 */
export function untriedBy({ experiments }: Plan, endpoint: string, out: string): readonly string[] {
  const started = experiments
    .flatMap(({ parts }) => parts.flatMap(({ runtimes }): readonly RuntimeDeclaration[] => runtimes))
    .filter(({ handler }) => handler !== "");
  if (started.length === 0) return [];
  const ids = [...new Set(started.map(({ id }) => id))];
  const handlers = [...new Set(started.map(({ handler }) => handler))].join(",");
  return [
    ...recordedDeaths(out, endpoint, ids).map(
      ({ runtime, campaign }) => `sandboxes of ${runtime} exited by themselves when they were last tried (${campaign})`,
    ),
    "whether idle sandboxes stay alive. `run` tries one sandbox of each runtime before the first round, and refuses a runtime whose sandbox dies.",
    `  \`rund-lab doctor --endpoint ${endpoint} --handler ${handlers} --contract\` tries it now`,
  ];
}
