import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import type { Definition } from "./definition.js";
import { type Importer, idFrom, plausibleKiB, plausibleKiBText, plausibleMs, plausibleText } from "./importer.js";
import { checked, quiet, readJsonRows } from "./json-rows.js";

const bootTimes: Definition = {
  tool: "kata metrics, boot times",
  from: "container run by the command line",
  to: "the workload's first command, by the guest's clock",
  resolution: 1,
  lacks: ["CPU", "concurrency above 1", "failed starts"],
  note: "the guest's clock is assumed to equal the host's",
};
const footprint: Definition = {
  tool: "kata metrics, memory footprint",
  from: "PSS of the hypervisor, virtiofsd and shim processes",
  to: "its mean per container, after a wait",
  resolution: 0.01,
  lacks: ["cold starts", "CPU", "the number of containers that were really running"],
  note: "the mean per process, summed over the kinds of process",
};

const figure = <Unit extends string>(unit: Unit) => z.object({ Result: z.number(), Units: z.literal(unit) });
const boot = z.object({ "to-workload": figure("s") });
const memory = z.object({ average: figure("KB") });
const config = z.object({ containers: z.coerce.number().int().positive() });
const test = z.object({ runtime: z.string() });
const environment = z.object({ Hypervisor: z.string() });

/** Kata's metrics: boot times (`to-workload`) and memory footprint, each in a section named after the test. */
export const kataMetrics: Importer = {
  format: "kata",
  what: "metrics JSON: boot times, memory footprint",
  recognises: ({ text }) => section(text) !== null,
  async read(path, sink, { runtime }) {
    const name = section(await readMetrics(path));
    if (name === null) {
      return sink.problem(null, "RUND_IMPORT_FIELD", "a section boot-times or memory-footprint", "none");
    }
    let label = "kata";
    let hypervisor: string | null = null;
    let containers: number | null = null;
    let index = 0;
    const run = (definition: Definition) =>
      sink.run({
        runtime: runtime ?? idOf(label, hypervisor),
        label: hypervisor === null ? label : `${label} (${hypervisor})`,
        config: { test: name },
        definition,
        unit: "samples",
      });
    const start = checked(boot, sink, ({ "to-workload": { Result } }, line, place) => {
      index++;
      const latencyMs = Result * 1000;
      const plain = { concurrency: 1, round: index, client: 1, startMs: null };
      if (plausibleMs(latencyMs)) run(bootTimes).sample({ ...plain, outcome: "ready", latencyMs, reason: "" });
      else sink.problem(line, "RUND_IMPORT_VALUE", `${plausibleText} in ${place}`, `${Result} s`);
    });
    const average = checked(memory, sink, ({ average: { Result } }, line, place) => {
      if (containers === null) return sink.problem(line, "RUND_IMPORT_FIELD", "Config with the containers", "none");
      if (plausibleKiB(Result)) run(footprint).memory({ density: containers, perSandboxKiB: Result });
      else sink.problem(line, "RUND_IMPORT_VALUE", `${plausibleKiBText} in ${place}`, String(Result));
    });
    // the description of the results may come after them; the environment of runtimes other than Kata has no hypervisor
    await readJsonRows(path, quiet(sink), {
      test: checked(test, sink, found => {
        label = found.runtime;
      }),
      env: checked(environment, quiet(sink), found => {
        hypervisor = found.Hypervisor.split("/").at(-1) ?? null;
      }),
      [`${name}.Config.*`]: checked(config, sink, found => {
        containers = found.containers;
      }),
    });
    await readJsonRows(path, sink, { [`${name}.Results.*`]: name.startsWith("boot-times") ? start : average });
  },
};

/** Returns the name of a test's section. A name with a dot is not accepted, because it would be read as a path. */
const section = (text: string): string | null =>
  /"((?:boot-times|memory-footprint)[\w-]*)"\s*:\s*\{/.exec(text)?.[1] ?? null;

/** Reads a metrics file, which has a few hundred results at most; a file above 64 MiB is not one, and its text is empty. */
async function readMetrics(path: string): Promise<string> {
  const { size } = await stat(path);
  return size > 64 * 2 ** 20 ? "" : readFile(path, "utf8");
}

/** Returns `kataqemu` for `io.containerd.kata.v2` with the hypervisor `qemu-system-x86_64`. */
function idOf(label: string, hypervisor: string | null): string {
  const runtime = label.replace(/^io\.containerd\./, "").replace(/\.v\d+$/, "");
  return idFrom(`${runtime}${hypervisor?.replace(/-system.*/, "") ?? ""}`);
}
