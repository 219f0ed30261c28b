import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parseConcurrencyFolder, parseRunName } from "../logs/index.js";
import { type Definition, type Importer, idFrom, plausibleMs, plausibleText } from "./importer.js";

const definition: Definition = {
  tool: "FastIOV's fork of the RunD harness",
  from: "crictl runp called",
  to: "SANDBOX_READY seen; in variants, the container's exit or a line of its log",
  resolution: 1,
  lacks: ["CPU", "failed starts"],
  note: "every value contains a fixed sleep of 0.1 s",
};

const podFile = /^_pod_(\d+)_(\d+)\.txt$/;

/** A run folder `time_<runtime>_<MMDDhhmm>` whose clients' logs are `con_CCC/_pod_<test>_<pod>.txt`, a line each. */
export const fastiov: Importer = {
  format: "fastiov",
  what: "run folders with _pod_TTT_PPP.txt",
  recognises: ({ folder, text }) => folder && /^con_\d+\/_pod_\d+_\d+\.txt$/m.test(text),
  async read(path, sink, { runtime }) {
    const label = parseRunName(basename(path))?.runtime ?? basename(path);
    const run = sink.run({ runtime: runtime ?? idFrom(label), label, config: {}, definition, unit: "bursts" });
    for (const folder of readdirSync(path).sort()) {
      const concurrency = parseConcurrencyFolder(folder);
      if (concurrency === undefined) continue;
      for (const file of readdirSync(join(path, folder)).sort()) {
        const [, test, pod] = podFile.exec(file) ?? [];
        if (test === undefined || pod === undefined) continue;
        const lines = readFileSync(join(path, folder, file), "utf8")
          .trimEnd()
          .split(/\r?\n/);
        for (const [index, line] of lines.entries()) {
          const where = `${folder}/${file}:${index + 1}`;
          const [, start, end, latency] = line.trim().split(/\s+/);
          const [startMs, latencyMs] = [Number(start), Number(latency)];
          if (latency === undefined || !/^\d+$/.test(start ?? "") || Number(end) - startMs !== latencyMs) {
            sink.problem(null, "RUND_IMPORT_FIELD", `id start end latency in ${where}`, line.slice(0, 60));
          } else if (!plausibleMs(latencyMs)) {
            sink.problem(null, "RUND_IMPORT_VALUE", `${plausibleText} in ${where}`, latency);
          } else {
            const round = lines.length > 1 ? index + 1 : Number(test);
            const plain = { concurrency, round, client: Number(pod) };
            run.sample({ ...plain, startMs, outcome: "ready", latencyMs, reason: "" });
          }
        }
      }
    }
  },
};
