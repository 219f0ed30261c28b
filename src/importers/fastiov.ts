import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseConcurrencyFolder, parseRunName } from "../logs/index.js";
import { excerpt } from "../model/problem.js";
import type { Definition } from "./definition.js";
import { type Importer, idFrom, plausibleMs, plausibleText } from "./importer.js";

const definition: Definition = {
  tool: "the FastIOV fork of the RunD harness",
  from: "crictl runp called",
  to: "SANDBOX_READY seen; in variants, the container's exit or a line of its log",
  resolution: 1,
  lacks: ["CPU", "failed starts"],
  note: "every value contains a fixed sleep of 0.1 s",
};

const podFile = /^_pod_(\d+)_(\d+)\.txt$/;

/**
 * A run folder `time_<runtime>_<MMDDhhmm>` whose clients' logs are `con_CCC/_pod_<tenant>_<pod>.txt`: the pods of all tenants
 * start at once, and line k is round k. If a folder has more than CCC logs, the first number counts repeats of the test instead
 * of tenants.
 */
export const fastiov: Importer = {
  format: "fastiov",
  what: "run folders with logs named _pod_TENANT_POD.txt",
  recognises: ({ folder, text }) => folder && /^con_\d+\/_pod_\d+_\d+\.txt$/m.test(text),
  async read(path, sink, { runtime }) {
    const label = parseRunName(basename(path))?.runtime ?? basename(path);
    const run = sink.run({ runtime: runtime ?? idFrom(label), label, config: {}, definition, unit: "bursts" });
    for (const folder of readdirSync(path).sort()) {
      const concurrency = parseConcurrencyFolder(folder);
      if (concurrency === undefined) continue;
      const pods = podsIn(join(path, folder));
      const groups = [...new Set(pods.map(({ group }) => group))];
      const repeats = pods.length > concurrency && groups.length > 1;
      const mostLines = Math.max(0, ...pods.map(({ lines }) => lines.length));
      for (const [index, { file, group, lines }] of pods.entries()) {
        const before = repeats ? groups.indexOf(group) * mostLines : 0;
        const client = repeats ? pods.filter(pod => pod.group === group).findIndex(pod => pod.file === file) : index;
        for (const [line, text] of lines.entries()) {
          const where = `${folder}/${file}:${line + 1}`;
          const [, start, end, latency] = text.trim().split(/\s+/);
          const [startMs, latencyMs] = [Number(start), Number(latency)];
          if (latency === undefined || !/^\d+$/.test(start ?? "") || Number(end) - startMs !== latencyMs) {
            sink.problem(null, "RUND_IMPORT_FIELD", `id start end latency in ${where}`, excerpt(text));
          } else if (!plausibleMs(latencyMs)) {
            sink.problem(null, "RUND_IMPORT_VALUE", `${plausibleText} in ${where}`, latency);
          } else {
            const plain = { concurrency, round: before + line + 1, client: client + 1 };
            run.sample({ ...plain, startMs, outcome: "ready", latencyMs, reason: "" });
          }
        }
      }
    }
  },
};

/** Reads the pods' logs in a folder; a log's group is the first number in its name. */
function podsIn(folder: string) {
  return readdirSync(folder)
    .sort()
    .flatMap(file => {
      const group = podFile.exec(file)?.[1];
      if (group === undefined) return [];
      const lines = readFileSync(join(folder, file), "utf8").trimEnd().split(/\r?\n/);
      return [{ file, group, lines: lines.filter(line => line !== "") }];
    });
}
