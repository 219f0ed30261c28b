import type { RoundEvent } from "../../campaign-files/index.js";
import { kubeletStage } from "./stages.js";

/** Mean duration of a kubelet's calls for one pod, in milliseconds. */
interface KubeletCalls {
  /** RunPodSandbox, the same call that starts a sandbox without a cluster. */
  readonly sandboxMs: number;
  /** CreateContainer and StartContainer together. */
  readonly containerMs: number;
}

/**
 * Returns the mean duration of the calls that the kubelets made to their container runtimes in these rounds, from the kubelets'
 * own counters.
 *
 * @returns null for rounds of a single machine, and if no kubelet counted a sandbox
 */
export function kubeletCalls(rounds: readonly Pick<RoundEvent, "nodes">[]): KubeletCalls | null {
  const mean = (operation: string): number => {
    const changes = rounds.flatMap(({ nodes }) =>
      (nodes?.after ?? []).map(({ node, calls }) => {
        const before = nodes?.before.find(each => each.node === node)?.calls;
        if (calls === undefined || before === undefined) return [0, 0];
        const [count, ms] = before[operation] ?? [0, 0];
        const [countAfter, msAfter] = calls[operation] ?? [0, 0];
        return [countAfter - count, msAfter - ms];
      }),
    );
    const total = (part: 0 | 1) => changes.reduce((sum, change) => sum + change[part]!, 0);
    return total(1) / total(0);
  };
  const sandboxMs = mean("run_podsandbox");
  if (!Number.isFinite(sandboxMs)) return null;
  const containerMs = mean("create_container") + mean("start_container");
  return { sandboxMs, containerMs: Number.isFinite(containerMs) ? containerMs : 0 };
}

/**
 * Divides the stage between a pod's binding and its report into the sandbox, the container and the kubelet's own time: its
 * queue, its volumes, its check of the running containers once a second, and its report.
 *
 * @param withContainer whether the cold starts end after the container's start
 * @example divideKubelet([{ name: "kubelet and runtime", p50Ms: 900 }], { sandboxMs: 300, containerMs: 100 }, true) // [{ name: "kubelet", p50Ms: 500 }, { name: "sandbox", p50Ms: 300 }, { name: "container", p50Ms: 100 }]
 */
export function divideKubelet(
  stages: readonly { readonly name: string; readonly p50Ms: number }[],
  { sandboxMs, containerMs }: KubeletCalls,
  withContainer: boolean,
): readonly { readonly name: string; readonly p50Ms: number }[] {
  return stages.flatMap(stage => {
    if (stage.name !== kubeletStage) return [stage];
    const sandbox = Math.min(stage.p50Ms, sandboxMs);
    const container = withContainer ? Math.min(stage.p50Ms - sandbox, containerMs) : 0;
    return [
      { name: "kubelet", p50Ms: stage.p50Ms - sandbox - container },
      { name: "sandbox", p50Ms: sandbox },
      ...(withContainer ? [{ name: "container", p50Ms: container }] : []),
    ];
  });
}
