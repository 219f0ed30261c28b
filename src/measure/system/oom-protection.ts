import { readFileSync, writeFileSync } from "node:fs";

/** What the kernel's choice of a victim is lowered to: below every ordinary process, above what must never be killed. */
const spared = -900;

/**
 * Makes the kernel's OOM killer spare processes, where this program may: lowering a score needs CAP_SYS_RESOURCE.
 *
 * @returns what puts the old scores back; a process that has gone meanwhile is passed over
 */
export function spareFromOom(pids: readonly (number | "self")[]): () => void {
  const changed = pids.flatMap(pid => {
    const file = `/proc/${pid}/oom_score_adj`;
    try {
      const before = readFileSync(file, "utf8").trim();
      if (Number(before) <= spared) return [];
      writeFileSync(file, String(spared));
      return [{ file, before }];
    } catch {
      return [];
    }
  });
  return () => {
    for (const { file, before } of changed) {
      try {
        writeFileSync(file, before);
      } catch {
        // the process has ended
      }
    }
  };
}
