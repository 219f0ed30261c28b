/** Compares reading and checking a campaign's journal of 620,000 cold starts with JSON.parse of the same lines. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatEvent } from "../src/campaign-files/index.js";
import { wholeRound } from "../tests/campaign-files/all-events.js";
import { inTurn, ratio, root } from "./support.js";

const rounds = 31_000;
const clients = 20;

const parseOnly = `
  const { readFileSync } = require("node:fs");
  const rows = readFileSync(process.argv[1], "utf8").split("\\n").filter(Boolean).map(line => JSON.parse(line));
  console.log(rows.length);`;

const readAndCheck = `
  const { readFileSync } = await import("node:fs");
  const { parseEvents } = await import(${JSON.stringify(join(root, "dist/campaign-files/events.js"))});
  const { rows, problems } = parseEvents(readFileSync(process.argv[1], "utf8"));
  if (problems.length > 0) throw new Error(problems[0].expected);
  console.log(rows.length);`;

export default function (): void {
  const folder = mkdtempSync(join(tmpdir(), "rund-lab-journal-"));
  try {
    const file = join(folder, "events.ndjson");
    writeFileSync(file, Array.from({ length: rounds }, (_, index) => roundLine(index + 1)).join(""));
    const parse = { name: "bare node: JSON.parse of each line", command: ["node", "-e", parseOnly, file] };
    const check = {
      name: "parseEvents: every field checked",
      command: ["node", "--input-type=module", "-e", readAndCheck, file],
    };
    const [floor, ours] = inTurn([parse, check], 7);
    console.log(`  ratio to JSON.parse: ${ratio(ours, floor).toFixed(2)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function roundLine(round: number): string {
  const samples = Array.from({ length: clients }, (_, index) => ({
    status: "ready" as const,
    client: index + 1,
    sandbox: (round * clients + index).toString(16).padStart(64, "a"),
    sentMs: index / 100,
    answeredMs: 80 + (round % 97) / 7,
    readyMs: 82 + (round % 97) / 7,
  }));
  return formatEvent({ ...wholeRound, round, concurrency: clients, samples });
}
