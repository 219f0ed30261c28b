import { resolve } from "node:path";
import { Command } from "commander";
import {
  faultsOf,
  type RawVerification,
  type Verification,
  verifyDistilled,
  verifyRaw,
} from "../../analysis/tables/index.js";
import { counted } from "../../model/counted.js";
import { LabError } from "../../model/errors.js";
import { type Io, note, printResult } from "../terminal/io.js";

export default (io: Io): Command =>
  new Command("verify")
    .description(
      "Recomputes every number of the paper's published tables and compares the two bit for bit. Reads the package's paper_data and ae_data, which were distilled from the authors' logs. With --raw, reads these logs themselves and checks every line, every cell and every distilled number.",
    )
    .option("--raw <dir>", "the folder with the authors' logs, as `data fetch` makes it")
    .option("--json", "print one JSON document")
    .action(async (options: { raw?: string; json?: boolean }) => {
      const raw = options.raw === undefined ? undefined : await verifyRaw(resolve(io.cwd, options.raw));
      const verification = raw ?? (await verifyDistilled());
      printResult(io, options.json, { ...verification, lines: raw?.lines ?? 0 }, summary(verification, raw));
      failOnFault(io, [...faultsOf(verification), ...(raw?.faults ?? [])]);
    });

const summary = ({ cells, matched }: Verification, raw: RawVerification | undefined): readonly string[] => [
  `${matched} of ${cells} published cells recomputed exactly`,
  ...(raw === undefined
    ? []
    : [
        `${raw.lines} lines checked, including ${raw.coldStarts} cold starts`,
        `${raw.distilled.same} of ${raw.distilled.files} distilled files agree with these logs`,
      ]),
];

/**
 * Prints the first twenty faults, and fails if there is any.
 *
 * @throws LabError `RUND_VERIFY` (check)
 */
export function failOnFault(io: Io, faults: readonly string[]): void {
  if (faults.length === 0) return;
  for (const fault of faults.slice(0, 20)) note(io, fault);
  const what = `${counted(faults.length, "value")} ${faults.length === 1 ? "does" : "do"} not match`;
  throw new LabError("RUND_VERIFY", "check", what, {
    where: "verify",
    hint:
      faults.length > 20 ? "`rund-lab verify --json` lists all cells, not only the first 20" : "all are listed above",
  });
}
