import { Command } from "commander";
import { type Capacity, capacity } from "../../analysis/capacity/index.js";
import { withInterval } from "../../analysis/claims/text.js";
import { type Dataset, loadDataset } from "../../analysis/datasets/index.js";
import { LabError } from "../../model/errors.js";
import { textTable, wrap } from "../../model/text-table.js";
import { type Io, printResult } from "../terminal/io.js";
import { optionValue } from "../terminal/option-value.js";

interface Options {
  readonly runtime: string;
  readonly hostMemory: number;
  readonly guestMemory?: number;
  readonly fit?: string;
  readonly reserve: number;
  readonly data: string;
  readonly json?: boolean;
}

export default (io: Io): Command =>
  new Command("capacity")
    .description(
      "Estimates how many sandboxes fit on a host, with three models of a sandbox's memory: idle (PSS), host (decrease of MemAvailable) and committed (all memory that the guest may use, plus the other processes). The answer is the range of the three. A fit campaign gives a better model, and shows the error of the three. Sizes take a unit: 384GiB, 384GB, 128MiB.",
    )
    .requiredOption("--runtime <id>", "the runtime's id in the data")
    .requiredOption("--host-memory <size>", "the host's memory", bytesOf("--host-memory"))
    .option(
      "--guest-memory <size>",
      "the nominal guest memory, one of those in the data; omit it for runtimes without a guest",
      bytesOf("--guest-memory"),
    )
    .option("--reserve <size>", "memory to keep free for the host itself", bytesOf("--reserve"), 0)
    .option("--data <dir>", "paper_data, ae_data or a folder", "paper_data")
    .option("--fit <dir>", "a fit campaign of the runtime (default: the fit campaigns in --data)")
    .option("--json", "print one JSON document")
    .action(async (options: Options) => {
      const dataset = await loadDataset(options.data, io.cwd);
      const question = {
        runtime: options.runtime,
        hostBytes: options.hostMemory,
        reserveBytes: options.reserve,
        memoryMb: options.guestMemory === undefined ? null : options.guestMemory / 2 ** 20,
      };
      const found = capacity(dataset, question, await rampsOf(options.fit, options.runtime, io, dataset));
      printResult(io, options.json, found, report(found));
    });

/** Returns the parser of an option that takes a size with its unit, such as `384GiB`, and gives bytes. */
const bytesOf = (option: string) =>
  optionValue(
    option,
    "a size with one of the units KiB, MiB, GiB, TiB, kB, MB, GB, TB, such as 384GiB",
    size => {
      const [, number, prefix] = /^(\d+(?:\.\d+)?) ?([KMGT]i|[kMGT])B$/.exec(size) ?? [];
      if (number === undefined || prefix === undefined) return undefined;
      const power = "kmgt".indexOf(prefix[0]!.toLowerCase()) + 1;
      return Number(number) * (prefix.endsWith("i") ? 1024 : 1000) ** power;
    },
    "RUND_SIZE",
  );

/**
 * Returns the ramps to use.
 *
 * @throws LabError `RUND_CAPACITY` if the named campaign has no ramp of the runtime
 */
async function rampsOf(folder: string | undefined, runtime: string, io: Io, { fits = [] }: Dataset) {
  if (folder === undefined) return fits;
  const named = (await loadDataset(folder, io.cwd)).fits ?? [];
  if (named.some(ramp => ramp.runtime === runtime)) return named;
  throw new LabError("RUND_CAPACITY", "input", "", {
    where: folder,
    expected: `a ramp of ${runtime}`,
    found: [...new Set(named.map(ramp => ramp.runtime))].join(", ") || "no ramp",
    hint: `\`rund-lab run fit --runtime ${runtime}\` measures one`,
  });
}

function report(found: Capacity): readonly string[] {
  const { dataset, label, hostBytes, reserveBytes, memoryMb, trueGuestMb, measuredDensity, models, range } = found;
  const guest = trueGuestMb === null ? "the true guest memory is not recorded" : `actually ${trueGuestMb} MiB`;
  const labelled = memoryMb === null ? "" : ` with a nominal guest memory of ${memoryMb} MiB (${guest})`;
  const title = `${label}${labelled}, on ${gibibytes(hostBytes)} minus a reserve of ${gibibytes(reserveBytes)}, from ${dataset}: ${range[0]} to ${range[1]} sandboxes.`;
  const best = models.find(({ model }) => model === "fit");
  const ramped = best !== undefined;
  const rows = models.map(({ model, perSandboxKiB, sandboxes, basis, off }) => [
    model,
    sandboxes === null ? "–" : String(sandboxes),
    perSandboxKiB === null ? "–" : `${(perSandboxKiB / 1024).toFixed(1)} MiB`,
    ...(ramped ? [off === null ? "" : `${off < 0 ? "−" : "+"}${Math.abs(100 * off).toFixed(0)} %`] : []),
    basis,
  ]);
  return [
    ...wrap(title, 100),
    ...(best === undefined
      ? []
      : wrap(`The best estimate is that of the fit model, from a measured ramp: ${best.sandboxes} sandboxes.`, 100)),
    `The largest measured density is ${measuredDensity}; every larger number comes from a model.`,
    "",
    ...textTable(
      [["model", "sandboxes", "each", ...(ramped ? ["off"] : []), "from"], ...rows],
      ramped ? [1, 2, 3] : [1, 2],
    ),
    "",
    ...starts(found),
  ];
}

function starts({ startTimes }: Capacity): readonly string[] {
  if (startTimes.length === 0) return ["No cold starts were measured for this runtime."];
  const densities = [...new Set(startTimes.map(({ density }) => density))];
  const concurrencies = [...new Set(startTimes.map(({ concurrency }) => concurrency))].sort((a, b) => a - b);
  const cell = (density: number, concurrency: number) => {
    const found = startTimes.find(own => own.density === density && own.concurrency === concurrency);
    return found === undefined ? "–" : withInterval(found.meanMs, null);
  };
  return [
    "Measured cold starts, mean makespan in ms (nothing is extrapolated):",
    ...textTable(
      [
        ["running", ...concurrencies.map(concurrency => `${concurrency} at once`)],
        ...densities.map(density => [String(density), ...concurrencies.map(own => cell(density, own))]),
      ],
      [0, ...concurrencies.map((_, i) => i + 1)],
    ),
  ];
}

const gibibytes = (size: number) => `${Number((size / 2 ** 30).toPrecision(5))} GiB`;
