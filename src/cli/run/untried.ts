import type { Plan, RecordedDeath, RuntimeDeclaration } from "../../measure/index.js";

/** Returns the runtimes of a plan that start sandboxes, each once. */
export const startedBy = ({ experiments }: Plan): readonly RuntimeDeclaration[] => {
  const all = experiments.flatMap(({ parts }) => parts.flatMap(({ runtimes }) => runtimes));
  return [...new Map(all.map(runtime => [runtime.id, runtime])).values()].filter(({ handler }) => handler !== "");
};

/**
 * Returns what a plan cannot know, because it starts nothing: whether idle sandboxes stay alive.
 *
 * @param deaths the runtimes that an earlier campaign refused for it
 */
export function untriedBy(
  runtimes: readonly RuntimeDeclaration[],
  endpoint: string,
  deaths: readonly RecordedDeath[],
): readonly string[] {
  if (runtimes.length === 0) return [];
  const handlers = [...new Set(runtimes.map(({ handler }) => handler))].join(",");
  return [
    ...deaths.map(
      ({ runtime, campaign }) => `sandboxes of ${runtime} died by themselves when they were last tried (${campaign})`,
    ),
    "whether idle sandboxes stay alive. `run` tries one sandbox of each runtime before the first round, and refuses a runtime whose sandbox dies.",
    `  \`rund-lab doctor --endpoint ${endpoint} --handler ${handlers} --contract\` tries it now`,
  ];
}
