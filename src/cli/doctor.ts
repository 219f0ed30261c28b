import { Command } from "commander";
import { defaultEndpoint } from "../measure/changes/index.js";
import { connectCri } from "../measure/cri/index.js";
import { type CheckResult, checkContract, examine, type PeakNeeds } from "../measure/doctor/index.js";
import { sandboxTasks } from "../measure/plan/plan.js";
import { findRuntime, runtimes } from "../measure/runtimes/index.js";
import { counted } from "../model/counted.js";
import { LabError } from "../model/errors.js";
import { wrap } from "../model/text-table.js";
import { type Io, printResult } from "./terminal/io.js";
import { optionValue, whole, words } from "./terminal/option-value.js";

interface Options {
  readonly endpoint?: string;
  readonly runtime?: readonly string[];
  readonly sandboxes?: number;
  readonly memoryPerSandbox: number;
  readonly contract?: boolean;
  readonly handler?: readonly string[];
  readonly json?: boolean;
}

/** `rund-lab doctor`: what this machine can do, and the next step for what it cannot. */
export default (io: Io): Command =>
  new Command("doctor")
    .description(
      "Checks what this machine can measure, and says what to do if something is missing. Changes nothing, except with --contract.",
    )
    .option("--runtime <ids>", "the runtimes that you want to measure, such as runc,runsc", words)
    .option(
      "--sandboxes <n>",
      "the largest number of sandboxes at once, including those in the background; checks whether pids, open files and memory are enough",
      count("--sandboxes"),
    )
    .option(
      "--memory-per-sandbox <MiB>",
      "host memory of one sandbox, including its guest's",
      count("--memory-per-sandbox"),
      10,
    )
    .option(
      "--endpoint <unix:///…>",
      "the CRI service to check (default: the private containerd if it is up, otherwise the machine's own)",
    )
    .option("--contract", "start sandboxes on the service, and check that it does what campaigns need")
    .option(
      "--handler <names>",
      "with --contract: the handlers to check, as the service's config names them (default: the service's default)",
      words,
    )
    .option("--json", "print one JSON document")
    .action((options: Options) => doctor(io, options));

async function doctor(io: Io, options: Options): Promise<void> {
  const { endpoint = defaultEndpoint(), runtime = [], sandboxes, memoryPerSandbox, contract, handler, json } = options;
  const wanted = runtime.map(id => findRuntime(id, runtimes));
  if (contract === true) {
    const named = [...wanted.map(each => each.handler), ...(handler ?? [])];
    return printContract(io, endpoint, named.length === 0 ? [""] : named, json);
  }
  if (handler !== undefined) {
    throw new LabError("RUND_DOCTOR_HANDLER", "usage", "only --contract checks single handlers", {
      where: "--handler",
      hint: "add --contract, or name runtimes with --runtime",
    });
  }
  const needs: PeakNeeds | null =
    sandboxes === undefined
      ? null
      : { sandboxes, pids: sandboxes * sandboxTasks.starting, memoryMiB: sandboxes * memoryPerSandbox };
  const results = await examine({ endpoint, runtimes: wanted, needs, path: io.env.PATH ?? "" });
  printResult(io, json, results, report(results));
}

/**
 * Checks a service's contract for each handler, and prints the results.
 *
 * @throws LabError `RUND_CONTRACT` of kind `check` if a rule does not hold
 */
async function printContract(io: Io, endpoint: string, handlers: readonly string[], json?: boolean): Promise<void> {
  const cri = connectCri(endpoint);
  const results: CheckResult[] = [];
  try {
    await cri.version({ timeoutMs: 10_000 });
    for (const handler of handlers) {
      const own = await checkContract(cri, handler);
      results.push(...own.map(each => (handler === "" ? each : { ...each, check: `${handler}: ${each.check}` })));
    }
  } finally {
    cri.close();
  }
  printResult(io, json, results, report(results));
  const broken = results.filter(({ ok }) => !ok).length;
  if (broken === 0) return;
  const what = `this service breaks ${broken} of ${counted(results.length, "rule")} of CRI v1`;
  throw new LabError("RUND_CONTRACT", "check", what, {
    where: endpoint,
    hint: "campaigns may still work on this service; the lines above show what each broken rule costs them",
  });
}

/** Maximum number of columns of a line. */
const lineWidth = 118;

function report(results: readonly CheckResult[]): string[] {
  const width = Math.max(...results.map(({ check }) => check.length));
  const block = (head: string, text: string) =>
    wrap(text, lineWidth - width - 8).map((line, index) => `${(index === 0 ? head : "").padEnd(width + 8)}${line}`);
  const lines = results.flatMap(({ check, ok, found, next }) => [
    ...block(`${ok ? "   ok" : " LACK"}  ${check}`, found),
    ...(next === null ? [] : block("", `→ ${next}`)),
  ]);
  const lacking = results.filter(({ ok }) => !ok).length;
  return [
    ...lines,
    "",
    lacking === 0
      ? "nothing is missing"
      : `${lacking} of ${counted(results.length, "check")} failed; → marks the next step`,
  ];
}

const count = (option: string) =>
  optionValue(option, "a whole number above 0", text => whole(text) || undefined, "RUND_COUNT");
