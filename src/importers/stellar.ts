import { createReadStream } from "node:fs";
import { parse } from "csv-parse";
import { counted } from "../model/counted.js";
import { excerpt } from "../model/problem.js";
import type { Definition } from "./definition.js";
import { type Importer, plausibleMs, plausibleText } from "./importer.js";

const definition: Definition = {
  tool: "STeLLAR",
  from: "client's request sent",
  to: "function's answer received",
  resolution: 1,
  lacks: ["CPU", "memory", "the runtime's name", "whether a start was cold"],
  note: "it includes the network on the way to the function; a row without a request id counts as failed",
};

const latencyColumn = "client latency (ms)";
/** A request without an id got no answer from the function: it was missing, timed out or refused. */
const idColumns = ["request id", "awsrequestid"];
const burstColumn = "burst id";

/** STeLLAR's latencies CSV. Values with the same Burst ID, if the file has that column, are one burst. */
export const stellar: Importer = {
  format: "stellar",
  what: "latencies CSV",
  recognises: ({ text }) => columnsOf(text.split(/\r?\n/)[0] ?? "").includes(latencyColumn),
  async read(path, sink, { runtime = "function" }) {
    let columns: readonly string[] | null = null;
    const at = { latency: -1, burst: -1, id: undefined as number | undefined };
    let index = 0;
    const clients = new Map<string, number>();
    const rounds = new Map<string, number>();
    const parser = createReadStream(path).pipe(
      parse({ bom: true, relax_column_count: true, skip_empty_lines: true, info: true, relax_quotes: true }),
    );
    try {
      for await (const each of parser) {
        const { record, info } = each as { record: string[]; info: { lines: number } };
        if (columns === null) {
          columns = record.map(name => name.trim().toLowerCase());
          if (!columns.includes(latencyColumn)) {
            sink.problem(1, "RUND_IMPORT_FIELD", "a column Client Latency (ms)", excerpt(record.join(",")));
            parser.destroy();
            return;
          }
          at.latency = columns.indexOf(latencyColumn);
          at.burst = columns.indexOf(burstColumn);
          at.id = idColumns.map(name => columns!.indexOf(name)).find(index => index >= 0);
          continue;
        }
        index++;
        if (record.length !== columns.length) {
          sink.problem(info.lines, "RUND_IMPORT_FIELD", counted(columns.length, "field"), String(record.length));
          continue;
        }
        const text = record[at.latency]!.trim();
        const burst = at.burst >= 0 ? record[at.burst]!.trim() : null;
        const unit = burst === null ? ("samples" as const) : ("bursts" as const);
        const place = burst === null ? { concurrency: 1, round: index, client: 1 } : placeIn(burst, rounds, clients);
        const run = sink.run({ runtime, label: "STeLLAR", config: {}, definition, unit });
        const latencyMs = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : null;
        if (at.id !== undefined && record[at.id]!.trim() === "") {
          run.sample({ ...place, startMs: null, outcome: "failed", latencyMs: null, reason: "no request id" });
        } else if (latencyMs === null && /timed? ?out|404|error|missing/i.test(text)) {
          run.sample({ ...place, startMs: null, outcome: "failed", latencyMs: null, reason: text });
        } else if (latencyMs !== null && plausibleMs(latencyMs)) {
          run.sample({ ...place, startMs: null, outcome: "ready", latencyMs, reason: "" });
        } else sink.problem(info.lines, "RUND_IMPORT_VALUE", plausibleText, excerpt(text));
      }
    } catch (error) {
      sink.problem(null, "RUND_IMPORT_CSV", "a CSV file", error instanceof Error ? error.message : String(error));
    }
  },
};

function placeIn(burst: string, rounds: Map<string, number>, clients: Map<string, number>) {
  const round = rounds.get(burst) ?? rounds.size + 1;
  rounds.set(burst, round);
  const client = (clients.get(burst) ?? 0) + 1;
  clients.set(burst, client);
  return { concurrency: null, round, client };
}

const columnsOf = (line: string) =>
  line
    .replace(/^\ufeff/, "")
    .split(",")
    .map(name => name.trim().replaceAll('"', "").toLowerCase());
