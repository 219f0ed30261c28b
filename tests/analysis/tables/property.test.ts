import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../../support/command-line.js";
import { cellFiles } from "../../support/run-folder.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("tables of damaged logs");
const run = "time_mine_01020304";

/** Ways in which a client's log goes wrong, applied to one place of its text. */
const damages: Readonly<Record<string, (text: string, line: number, at: number) => string>> = {
  none: text => text,
  empty: () => "",
  truncated: (text, _, at) => text.slice(0, at),
  crlf: text => text.replaceAll("\n", "\r\n"),
  tabs: text => text.replaceAll(" ", "\t"),
  "byte order mark": text => `\ufeff${text}`,
  "fifth field": (text, line) => onLine(text, line, whole => `${whole} 7`),
  letters: (text, line) => onLine(text, line, whole => whole.replace(/\d$/, "x")),
  negative: (text, line) => onLine(text, line, whole => whole.replace(/ (\d+)$/, " -$1")),
  overflow: (text, line) => onLine(text, line, whole => whole.replace(/ (\d+) (\d+)$/, " 99999999999999999999 $2")),
  "end before start": (text, line) => onLine(text, line, whole => whole.replace(/ (\d+) (\d+) (\d+)$/, " $2 $1 $3")),
  "wrong latency": (text, line) => onLine(text, line, whole => `${whole}9`),
  "line lost": (text, line) =>
    text
      .split("\n")
      .filter((_, index) => index !== line)
      .join("\n"),
  "line twice": (text, line) => onLine(text, line, whole => `${whole}\n${whole}`),
  "blank line": (text, line) => onLine(text, line, whole => `\n${whole}`),
  "blank end": text => `${text}\n\n`,
};

function onLine(text: string, line: number, change: (whole: string) => string): string {
  const lines = text.split("\n");
  if (lines[line] !== undefined && lines[line] !== "") lines[line] = change(lines[line]);
  return lines.join("\n");
}

/** The rule for tables, as plainly as it can be written: no typed arrays, no byte scanner, no shared code. */
function meanMakespanByRule(clients: readonly string[]): number | null {
  const logs = clients.map(text => {
    const lines = text
      .replace(/^\ufeff/, "")
      .replace(/\s+$/, "")
      .split("\n");
    return (lines.length === 1 && lines[0] === "" ? [] : lines).map(line => {
      const fields = line.trim().split(/\s+/);
      const numbers = fields.slice(1).map(Number);
      const valid =
        fields.length === 4 &&
        fields.slice(1).every(field => /^\d+$/.test(field)) &&
        numbers.every(Number.isSafeInteger) &&
        numbers[1]! >= numbers[0]! &&
        numbers[1]! - numbers[0]! === numbers[2]!;
      return valid ? { start: numbers[0]!, end: numbers[1]! } : null;
    });
  });
  const makespans: number[] = [];
  for (let round = 0; round < Math.max(...logs.map(log => log.length)); round++) {
    const starts = logs.map(log => log[round] ?? null);
    if (starts.some(start => start === null)) continue;
    makespans.push(Math.max(...starts.map(start => start!.end)) - Math.min(...starts.map(start => start!.start)));
  }
  return makespans.length === 0 ? null : makespans.reduce((sum, value) => sum + value, 0) / makespans.length;
}

const scenario = fc.record({
  rounds: fc.integer({ min: 1, max: 3 }).chain(clients =>
    fc.array(fc.array(fc.integer({ min: 1, max: 99_999 }), { minLength: clients, maxLength: clients }), {
      minLength: 1,
      maxLength: 5,
    }),
  ),
  damage: fc.constantFrom(...Object.keys(damages)),
  client: fc.nat(),
  line: fc.nat(),
  at: fc.nat(),
});

test("the table equals the plain rule's, and every line that is left out is a problem", () =>
  fc.assert(
    fc.asyncProperty(scenario, async ({ rounds, damage, client, line, at }) =>
      inTempFolder(async folder => {
        const concurrency = rounds[0]!.length;
        const cell = `${run}/con_${String(concurrency).padStart(3, "0")}`;
        writeFiles(folder, cellFiles(cell, rounds));
        const logs = rounds[0]!.map((_, index) =>
          join(folder, cell, `client${String(index + 1).padStart(3, "0")}.txt`),
        );
        const victim = logs[client % concurrency]!;
        const sound = readFileSync(victim, "utf8");
        writeFileSync(victim, damages[damage]!(sound, line % rounds.length, at % sound.length));

        const { code, stdout, stderr } = await lab(["analyze", folder, "--json"]);
        const expected = meanMakespanByRule(logs.map(log => readFileSync(log, "utf8")));
        // less the folder, whose random name may hold a NaN
        assert.not.match((stdout + stderr).replaceAll(folder, ""), /NaN|Infinity|undefined|internal fault|\n\s+at /);
        // cpu.txt is sound throughout, so there is always a usable cell
        assert.is(code, 0);
        const { tables, problemCount, problems } = JSON.parse(stdout);
        assert.equal(tables.time.rows, [{ runtime: "mine", values: [expected] }]);
        const unharmed = readFileSync(victim, "utf8") === sound;
        if (unharmed) assert.is(problemCount, 0);
        else if (damage !== "truncated" || !sound.startsWith(`${readFileSync(victim, "utf8")}\n`)) {
          assert.ok(
            problems.some(({ file }: { file: string }) => file === victim || file.startsWith(join(folder, cell))),
          );
          assert.ok(problemCount > 0);
        }
      }),
    ),
    { numRuns: 300 },
  ));

test.run();
