import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../../support/command-line.js";
import { cellFiles } from "../../support/run-folder.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

/**
 * Whole folders of runs, several files of them damaged at once, against the rule for tables written as plainly as it can
 * be: line by line, from what lies on the disk, with no code of ours.
 */
const test = suite("tables of damaged run folders");

const id = (name: string) => `${name}_mine_01020304`;

/** The lines of a log as fields; none where the file cannot be read. */
function linesOf(file: string): string[][] | null {
  let text: string;
  try {
    text = readFileSync(file, "latin1");
  } catch {
    return null;
  }
  const lines = text.replace(/^\xef\xbb\xbf/, "").split("\n");
  while (lines.length > 0 && /^[ \t\r]*$/.test(lines.at(-1)!)) lines.pop();
  const fields = (line: string) => line.split(/[ \t]+/).filter(field => field !== "");
  return lines.map(line => fields(line.replace(/\r$/, "")));
}

const whole = (field: string | undefined) => /^\d+$/.test(field ?? "") && Number.isSafeInteger(Number(field));
const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

function makespanByRule(cell: string, clients: number): { value: number | null; rounds: number } {
  const logs = Array.from(
    { length: clients },
    (_, client) => linesOf(join(cell, `client${String(client + 1).padStart(3, "0")}.txt`)) ?? [],
  );
  const rounds = Math.max(...logs.map(log => log.length));
  const spans: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const lines = logs.map(log => log[round] ?? []);
    const valid = lines.every(
      ([, start, end, latency, fifth]) =>
        whole(start) &&
        whole(end) &&
        whole(latency) &&
        fifth === undefined &&
        Number(end) - Number(start) === Number(latency),
    );
    if (valid)
      spans.push(Math.max(...lines.map(line => Number(line[2]))) - Math.min(...lines.map(line => Number(line[1]))));
  }
  return { value: mean(spans), rounds };
}

function cpuByRule(cell: string, clients: number, rounds: number): number | null {
  const busy = (linesOf(join(cell, "cpu.txt")) ?? [])
    .slice(0, rounds === 0 ? undefined : rounds)
    .filter(
      ([busy, total, percent, fourth]) =>
        whole(busy) &&
        whole(total) &&
        fourth === undefined &&
        Number(total) > 0 &&
        Number(busy) <= Number(total) &&
        Math.abs(Number(percent) - (Number(busy) / Number(total)) * 100) < 1e-4,
    )
    .map(([busy]) => Number(busy));
  const value = mean(busy);
  return value === null ? null : (value * 10) / clients;
}

function memoryByRule(file: string, density: number): number | null {
  const [head, ...processes] = linesOf(file) ?? [];
  const sound = processes.every(fields => {
    const [uss, pss, rss] = fields.slice(-4).map(Number);
    return fields.length >= 5 && fields.slice(-4).every(whole) && uss! <= pss! && pss! <= rss!;
  });
  if (head?.join(" ") !== "Name USS PSS RSS VSS" || processes.length === 0 || !sound) return null;
  return processes.reduce((sum, fields) => sum + Number(fields.at(-3)), 0) / density;
}

const smem = (sizes: readonly number[]) =>
  `Name                          USS      PSS      RSS      VSS \n${sizes
    .map(
      size =>
        `${"vmm".padEnd(24)} ${[size, size + 5, size + 9, size + 900].map(n => String(n).padStart(8)).join(" ")} \n`,
    )
    .join("")}`;

/** One file damaged in one way; the kinds are those that a reader of tables has to expect. */
const damages: Readonly<Record<string, (file: string, text: string, at: number, byte: number) => unknown>> = {
  // a snapshot that is not there is a point that the grid does not have
  missing: file => file.includes("/result_") || rmSync(file),
  "a folder": file => {
    rmSync(file);
    mkdirSync(file);
  },
  empty: file => writeFileSync(file, ""),
  // behind a line feed nothing tells that more was there
  truncated: (file, text, at) => writeFileSync(file, text.slice(0, text[at - 1] === "\n" ? at + 1 : at)),
  "another byte": (file, text, at, byte) => {
    const bytes = Buffer.from(text);
    bytes[at] = byte;
    writeFileSync(file, bytes);
  },
  "a field more": (file, text, at) => writeFileSync(file, `${text.slice(0, at)} 7${text.slice(at)}`),
  CRLF: (file, text) => writeFileSync(file, text.replaceAll("\n", "\r\n")),
  tabs: (file, text) => writeFileSync(file, text.replaceAll(" ", "\t")),
  "byte order mark": (file, text) => writeFileSync(file, `\ufeff${text}`),
  "blank end": (file, text) => writeFileSync(file, `${text}\n \t\r\n`),
  "blank line": (file, text) => writeFileSync(file, text.replace("\n", "\n\n")),
  "a large number": (file, text) => writeFileSync(file, text.replace(/ \d+/, " 123456789012345678901234567890")),
  "a negative number": (file, text) => writeFileSync(file, text.replace(/ (\d+)/, " -$1")),
  "a surplus line": (file, text) => writeFileSync(file, `${text}${text}`),
};

const scenario = fc.record({
  clients: fc.integer({ min: 1, max: 3 }),
  latencies: fc.array(fc.integer({ min: 0, max: 99_999 }), { minLength: 3, maxLength: 15 }),
  processes: fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 4 }),
  harm: fc.array(
    fc.record({
      kind: fc.constantFrom(...Object.keys(damages)),
      file: fc.nat(),
      at: fc.nat(),
      byte: fc.constantFrom(0x00, 0x09, 0x0a, 0x0d, 0x20, 0x2d, 0x31, 0x39, 0x41, 0x7f, 0xa0, 0xff),
    }),
    { maxLength: 3 },
  ),
});

test("every cell is empty or equals the plain rule's, and all damage is reported", () =>
  fc.assert(
    fc.asyncProperty(scenario, ({ clients, latencies, processes, harm }) =>
      inTempFolder(async folder => {
        const rounds = Array.from({ length: Math.floor(latencies.length / clients) }, (_, round) =>
          latencies.slice(round * clients, (round + 1) * clients),
        );
        const con = `con_${String(clients).padStart(3, "0")}`;
        const time = join(id("time"), con);
        const density = join(id("density"), "density_0100", con);
        const snapshot = join(id("mem"), "result_128MB_0003.txt");
        writeFiles(folder, { ...cellFiles(time, rounds), ...cellFiles(density, rounds), [snapshot]: smem(processes) });
        const files = [time, density]
          .flatMap(cell => readdirSync(join(folder, cell)).map(name => join(folder, cell, name)))
          .filter(file => !file.endsWith("latency.txt"))
          .concat(join(folder, snapshot));
        for (const { kind, file, at, byte } of harm) {
          const victim = files[file % files.length]!;
          if (!statSync(victim, { throwIfNoEntry: false })?.isFile()) continue;
          const text = readFileSync(victim, "latin1");
          if (text !== "") damages[kind]!(victim, text, at % text.length, byte);
        }

        const makespan = makespanByRule(join(folder, time), clients);
        const cpu = cpuByRule(join(folder, time), clients, makespan.rounds);
        const background = makespanByRule(join(folder, density), clients);
        const memory = memoryByRule(join(folder, snapshot), 3);
        const { code, stdout, stderr } = await lab(["analyze", folder, "--json"]);
        // less the folder, whose random name may hold a NaN
        assert.not.match((stdout + stderr).replaceAll(folder, ""), /NaN|Infinity|undefined|internal fault|\n\s+at /);
        const expected = [makespan.value, cpu, background.value, memory];
        assert.is(code, expected.every(value => value === null) ? 4 : 0);
        if (code !== 0) return;
        const { tables, problems, problemCount } = JSON.parse(stdout);
        assert.equal(
          [tables.time, tables.cpu, tables.density.mine, tables.memory.mine].map(({ rows }) => rows[0].values[0]),
          expected,
        );
        if (expected.includes(null)) assert.ok(problemCount > 0, "an empty cell has a problem");
        for (const { file, line, code, expected, found } of problems) {
          assert.ok(file.startsWith(folder));
          assert.ok((line === null || line >= 1) && /^RUND_[A-Z_]+$/.test(code) && expected !== "" && found !== "");
        }
      }),
    ),
    { numRuns: 250, includeErrorInReport: true },
  ));

test.run();
