/** Ten million samples of another tool: every one counts, and the process needs less than 300 MB. */
import { spawnSync } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("ten million samples of another tool");
const samples = 10_000_000;
/** In ms, of the k-th sample: 1 to 1000 and again, whose mean is 500.5. */
const latency = (k: number) => 1 + (k % 1000);

/** Writes a file piece by piece, a piece of a thousand samples each. */
function write(file: string, before: string, sample: (k: number) => string, between: string, after: string): void {
  const out = openSync(file, "w");
  writeSync(out, before);
  for (let k = 0; k < samples; k += 1000) {
    const piece = Array.from({ length: 1000 }, (_, i) => sample(k + i)).join(between);
    writeSync(out, k + 1000 < samples ? piece + between : piece);
  }
  writeSync(out, after);
  closeSync(out);
}

/** Runs the built command and gives what it printed and its largest resident size in MB, by the process's own account. */
function measured(cwd: string, ...words: readonly string[]) {
  const main = join(projectRoot, "dist/cli/main.js");
  const code = `process.on("exit", () => process.stderr.write("peak " + process.resourceUsage().maxRSS / 1024)); process.argv.splice(1, 0, ${JSON.stringify(main)}); import(${JSON.stringify(main)});`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", code, ...words], {
    cwd,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  assert.is(status, 0, stderr);
  return { stdout, peakMb: Number(/peak ([\d.]+)$/.exec(stderr)?.[1]) };
}

const forms = {
  "hyperfine.json": [
    '{"results":[{"command":"ctr run","mean":0.5,"times":[',
    (k: number) => String(latency(k) / 1000),
    ",",
    `],"exit_codes":[${"0,".repeat(999)}0]}]}`,
  ],
  "stellar.csv": ["Request ID,Client Latency (ms)\n", (k: number) => `r${k},${latency(k)}`, "\n", "\n"],
  "pods.json": [
    "[",
    (k: number) =>
      `{"timestamp":"2026-01-01T00:00:00Z","podReadyLatency":${1000 * latency(k)},"metricName":"podLatencyMeasurement","uuid":"u","jobName":"j","podName":"p${k}"}`,
    ",",
    "]",
  ],
} as const;

for (const [name, [before, sample, between, after]] of Object.entries(forms)) {
  test(`${name}: analyze and import under 300 MB`, () =>
    inTempFolder(folder => {
      write(join(folder, name), before, sample, between, after);
      const analyzed = measured(folder, "analyze", name, "--json");
      const { columns, rows } = JSON.parse(analyzed.stdout).latency;
      const column = (name: string): number => rows[0][columns.indexOf(name)];
      const scale = name === "pods.json" ? 1000 : 1;
      assert.equal([rows.length, column("samples"), column("max")], [1, samples, 1000 * scale]);
      assert.ok(Math.abs(column("mean") - 500.5 * scale) < 1e-6 * scale, `${column("mean")}`);
      assert.ok(analyzed.peakMb < 300, `analyze: ${analyzed.peakMb} MB`);
      const imported = measured(folder, "import", "auto", name, "--out", "out");
      assert.match(imported.stdout, `${samples} cold starts`);
      assert.ok(imported.peakMb < 300, `import: ${imported.peakMb} MB`);
      assert.is(readFileSync(join(folder, "out/import.json"), "utf8").includes('"problemCount": 0'), true);
      console.log(`${name}: analyze ${Math.round(analyzed.peakMb)} MB, import ${Math.round(imported.peakMb)} MB`);
    }));
}

test.run();
