/**
 * Compares the lab kernel with ipykernel and stock tslab: the time from the start of the process to the reply of the first cell,
 * and the time of each trivial cell after it (median of 30). The same client drives all three, in turn, after the lab kernel has
 * been prepared as `rund-lab kernel install` prepares it. Then it measures, on the lab kernel alone, the growth of the time of a
 * cell that declares names: cells 8 to 12 against cells 398 to 402.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "../src/analysis/stats/index.js";
import { KernelClient, loadZeroMq } from "../src/jupyter/client.js";
import { KernelProcess } from "../src/jupyter/kernel-process.js";
import type { KernelCommand } from "../src/jupyter/kernelspecs.js";
import { keepCompilerCode } from "../src/kernel/compile/compiler.js";
import { kernelSpec } from "../src/kernel/spec.js";
import { root } from "./support.js";

const command = (name: string, argv: readonly string[]): KernelCommand => ({
  name,
  displayName: name,
  language: "",
  argv,
  env: {},
  interruptMode: "signal",
});

const kernels = [
  command("rund-lab", kernelSpec().argv),
  command("ipykernel", ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"]),
  command("tslab", [
    process.execPath,
    join(root, "node_modules/tslab/bin/tslab"),
    "kernel",
    "--config-path={connection_file}",
  ]),
];

/** A started kernel, with a function that runs a cell on it. */
interface Started {
  run(code: string): Promise<void>;
  end(): Promise<void>;
}

interface Times {
  readonly firstMs: number;
  readonly cellMs: number;
}

async function start(kernel: KernelCommand): Promise<Started> {
  const zmq = await loadZeroMq();
  const started = await KernelProcess.start(kernel, root, process.env);
  const waiting = new Map<string, () => void>();
  const client = new KernelClient(zmq, started.connection, ({ type, parent }) => {
    if (type === "execute_reply") waiting.get(parent)?.();
  });
  const run = (code: string): Promise<void> =>
    new Promise(resolve => {
      const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
      waiting.set(client.send("shell", "execute_request", content), resolve);
    });
  const end = async () => {
    started.process.signal("SIGKILL");
    await started.process.finish(1000);
    client.close();
  };
  return { run, end };
}

async function time(kernel: KernelCommand): Promise<Times> {
  const began = performance.now();
  const { run, end } = await start(kernel);
  await run("1+2");
  const firstMs = performance.now() - began;
  const cells: number[] = [];
  for (let i = 0; i < 30; i++) {
    const at = performance.now();
    await run(`1+${i}`);
    cells.push(performance.now() - at);
  }
  await end();
  return { firstMs, cellMs: median(cells) };
}

/** Measures the time of a cell that declares names, early and late in a notebook. */
async function growth(): Promise<{ readonly earlyMs: number; readonly lateMs: number }> {
  const { run, end } = await start(kernels[0]!);
  const cells: number[] = [];
  for (let cell = 1; cell <= 402; cell++) {
    const at = performance.now();
    const before = cell === 1 ? "0" : `value${cell - 1}`;
    await run(`const value${cell} = ${before} + 1;\nfunction twice${cell}(x: number) { return 2 * x + value${cell}; }`);
    cells.push(performance.now() - at);
  }
  await end();
  return { earlyMs: median(cells.slice(7, 12)), lateMs: median(cells.slice(397, 402)) };
}

export default async function bench(runs = 5): Promise<void> {
  keepCompilerCode(root);
  const times = new Map<string, Times[]>(kernels.map(({ name }) => [name, []]));
  for (let run = -1; run < runs; run++) {
    for (const kernel of kernels) {
      const measured = await time(kernel);
      if (run >= 0) times.get(kernel.name)!.push(measured);
    }
  }
  const of = (name: string, what: keyof Times) => median(times.get(name)!.map(measured => measured[what]));
  for (const { name } of kernels) {
    console.log(
      `${name}: first reply ${of(name, "firstMs").toFixed(0)} ms, later cells ${of(name, "cellMs").toFixed(1)} ms`,
    );
  }
  const printRatio = (what: keyof Times, label: string, peer: string, wanted: string) =>
    console.log(`${label}, rund-lab / ${peer}: ${(of("rund-lab", what) / of(peer, what)).toFixed(2)} (${wanted})`);
  printRatio("firstMs", "start to first reply", "ipykernel", "wanted: at most 1.5");
  printRatio("firstMs", "start to first reply", "tslab", "for information");
  printRatio("cellMs", "a trivial cell", "ipykernel", "wanted: at most 1.5");
  printRatio("cellMs", "a trivial cell", "tslab", "wanted: at most 1");
  const { earlyMs, lateMs } = await growth();
  const ratio = (lateMs / earlyMs).toFixed(2);
  console.log(
    `cells that declare: the 10th ${earlyMs.toFixed(1)} ms, the 400th ${lateMs.toFixed(1)} ms: ${ratio} (wanted: at most 1.3)`,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bench();
