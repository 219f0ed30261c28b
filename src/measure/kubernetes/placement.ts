/** The nodes on which a campaign's pods run. */
export interface Placement {
  /** The nodes to use; empty leaves the choice to the scheduler. */
  readonly nodes: readonly string[];
  /**
   * `spread` gives neighbouring clients different nodes; `packed` gives all clients of a round one node, and the next round the
   * next node.
   */
  readonly how: "spread" | "packed";
}

/**
 * Returns the node of one client's pod. Over the rounds, every client visits every node, so that a slow node does not make one
 * client look slow.
 *
 * @param client 1 for the first
 * @returns null if the scheduler chooses
 * @example nodeFor({ nodes: ["a", "b"], how: "spread" }, 2, "1") // "b"
 * @example nodeFor({ nodes: ["a", "b"], how: "spread" }, 2, "2") // "a"
 * @example nodeFor({ nodes: ["a", "b"], how: "packed" }, 2, "1") // "a"
 * @example nodeFor({ nodes: [], how: "spread" }, 2, "1") // null
 */
export function nodeFor({ nodes, how }: Placement, client: number, round = "1"): string | null {
  if (nodes.length === 0) return null;
  const turn = Number(round) - 1;
  return nodes[(how === "packed" ? turn : client - 1 + turn) % nodes.length]!;
}
