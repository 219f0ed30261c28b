import { Command } from "commander";
import { defaultEndpoint } from "../measure/changes/index.js";
import { type Demand, examine, type Finding, pidsPerSandbox } from "../measure/doctor/index.js";
import { findRuntime, runtimes } from "../measure/runtimes/index.js";
import { LabError } from "../model/errors.js";
import { type Io, print, printJson } from "./io.js";
import { wrap } from "./text-table.js";

interface Options {
  readonly endpoint?: string;
  readonly runtime?: string;
  readonly sandboxes?: number;
  readonly memoryPerSandbox: number;
  readonly json?: boolean;
}

/** `rund-lab doctor`: what this machine can do, and the next step for what it cannot. */
export default (io: Io): Command =>
  new Command("doctor")
    .description("What this machine can do for measurements, and the next step for what it cannot. Changes nothing.")
    .option("--runtime <ids>", "the runtimes to be measured, such as runc,runsc")
    .option(
      "--sandboxes <n>",
      "the most sandboxes at once, background and clients: checks pids, files and memory",
      count("--sandboxes"),
    )
    .option("--memory-per-sandbox <MiB>", "host memory one takes, with its guest", count("--memory-per-sandbox"), 10)
    .option(
      "--endpoint <unix:///…>",
      "the CRI to ask (default: the private containerd if it is up, else the machine's own)",
    )
    .option("--json", "one JSON document")
    .action(async ({ endpoint, runtime, sandboxes, memoryPerSandbox, json }: Options) => {
      const wanted = runtime === undefined ? [] : runtime.split(",").map(id => findRuntime(id, runtimes));
      const demand: Demand | null =
        sandboxes === undefined ? null : { pids: sandboxes * pidsPerSandbox, memoryMiB: sandboxes * memoryPerSandbox };
      const findings = await examine({
        endpoint: endpoint ?? defaultEndpoint(),
        runtimes: wanted,
        demand,
        path: io.env.PATH ?? "",
      });
      if (json === true) printJson(io, findings);
      else print(io, `${report(findings).join("\n")}\n`);
    });

/** Columns a line may take. */
const lineWidth = 118;

function report(findings: readonly Finding[]): string[] {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const block = (head: string, text: string) =>
    wrap(text, lineWidth - width - 8).map((line, index) => `${(index === 0 ? head : "").padEnd(width + 8)}${line}`);
  const lines = findings.flatMap(({ check, ok, found, next }) => [
    ...block(`${ok ? "   ok" : " LACK"}  ${check}`, found),
    ...(next === null ? [] : block("", `→ ${next}`)),
  ]);
  const lacking = findings.filter(({ ok }) => !ok).length;
  return [
    ...lines,
    "",
    lacking === 0 ? "nothing is lacking" : `${lacking} of ${findings.length} checks have a next step`,
  ];
}

const count =
  (option: string) =>
  (text: string): number => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number > 0) return number;
    throw new LabError("RUND_COUNT", "usage", "", {
      where: option,
      expected: "a whole number above 0",
      found: `"${text}"`,
    });
  };
