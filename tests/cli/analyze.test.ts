import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";
import { smallRun } from "../support/run-folder.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("analyze, and rules for every command");

test("analyze prints each table as the CSV it would write", () =>
  inTempFolder(async folder => {
    writeFiles(folder, smallRun());
    assert.equal(await lab(["analyze", folder]), {
      code: 0,
      stdout: "# time.csv\nruntime,1,3\nrund,85.0,113.5\n\n# cpu.csv\nruntime,1,3\nrund,1005.0,335.0\n",
      stderr: "",
    });
  }));

test("analyze --out writes the tables and prints nothing on stdout", () =>
  inTempFolder(async folder => {
    writeFiles(folder, smallRun());
    const { code, stdout } = await lab(["analyze", "time_rund_01020304", "--out", "out"], { cwd: folder });
    assert.equal([code, stdout], [0, ""]);
    assert.is(readFileSync(join(folder, "out/time.csv"), "utf8"), "runtime,1,3\nrund,85.0,113.5\n");
  }));

test("analyze lists problems on stderr and still exits with 0; --strict exits with 1; --json counts them", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { ...smallRun(), "time_rund_01020304/con_003/client002.txt": "x y z\n" });
    writeFiles(folder, { "time_rund_01020304/con_003/client001.txt": "a".repeat(10) });
    const plain = await lab(["analyze", folder]);
    assert.is(plain.code, 0);
    assert.match(plain.stderr, /con_003\/client002\.txt:1: expected 4 fields \(sandbox start end latency\), found 3/);
    assert.match(plain.stdout, /rund,85\.0,\n/);
    const strict = await lab(["analyze", folder, "--strict"]);
    assert.is(strict.code, 1);
    const json = await lab(["analyze", folder, "--json"]);
    const document = JSON.parse(json.stdout);
    assert.equal(document.tables.time, { columns: [1, 3], rows: [{ runtime: "rund", values: [85, null] }] });
    assert.is(document.problemCount, document.problems.length);
    assert.equal(Object.keys(document.problems[0]).sort(), ["code", "expected", "file", "found", "line"]);
  }));

test("analyze --json contains memory and density by runtime, with numbers as row labels", () =>
  lab(["analyze", "ae_data", "--json"]).then(({ stdout }) => {
    const { tables, runs } = JSON.parse(stdout);
    assert.is(tables.memory.rund.rows[0].memory, 128);
    assert.is(tables.memory.rund.rows[0].values[0], 58459);
    assert.is(tables.density.rund.rows[3].density, 1000);
    assert.is(runs.length, 3);
  }));

const failing: readonly (readonly [what: string, words: string[], code: number, said: RegExp])[] = [
  ["no words at all", [], 2, /Usage: rund-lab/],
  ["an unknown command", ["analyse"], 2, /unknown command 'analyse'.*analyze/s],
  ["a missing argument", ["analyze"], 2, /missing required argument 'dir'/],
  ["an unknown option", ["analyze", "x", "--outt", "y"], 2, /unknown option '--outt'/],
  [
    "a folder that is not there",
    ["analyze", "/no/such"],
    4,
    /\/no\/such: expected a folder with runs, found no such folder\nhint: /,
  ],
  ["a folder without runs", ["analyze", "/proc/self/fdinfo"], 4, /expected run folders .*found none\nhint: /],
  ["raw logs that are not there", ["verify", "--raw", "/no/such"], 4, /expected the artifact's folders/],
];
test("requested help goes to stdout with exit 0, by --help and by help, for commands and subcommands", async () => {
  for (const words of ["run", "env up", "env pool up", "data fetch"]) {
    const flag = await lab([...words.split(" "), "--help"]);
    assert.equal([flag.code, flag.stderr], [0, ""]);
    assert.match(flag.stdout, new RegExp(`^Usage: rund-lab ${words} \\[options\\]`));
    assert.equal(await lab(["help", ...words.split(" ")]), flag);
    assert.equal(await lab(helpCommand(words)), flag);
  }
});

/** `env up` → `env help up`, `run` → `help run`. */
const helpCommand = (words: string) => [...words.split(" ").slice(0, -1), "help", words.split(" ").at(-1)!];

for (const [what, words, code, said] of failing) {
  test(`${what} exits with ${code} and the next step, and prints nothing on stdout`, async () => {
    const outcome = await lab(words);
    assert.is(outcome.code, code);
    assert.is(outcome.stdout, "");
    assert.match(outcome.stderr, said);
    assert.not.match(outcome.stderr, /^\s+at /m);
  });
}

test("logs without any usable cell exit with 4 and the reason", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { "time_rund_01020304/con_001/client001.txt": "garbage\n" });
    const { code, stdout, stderr } = await lab(["analyze", folder]);
    assert.equal([code, stdout], [4, ""]);
    assert.match(stderr, /client001\.txt:1: expected 4 fields/);
    assert.match(stderr, /no usable cell/);
  }));

test("escape sequences in file names and arguments do not reach the terminal", () =>
  inTempFolder(async folder => {
    // a terminal may read 9B as ESC and [
    for (const [sequence, shown] of [
      ["\u001b[2J", "evil"],
      ["\u009b2J", "evil"],
      ["\u0007", "evil?"],
    ] as const) {
      const run = `time_evil${sequence}_01020304`;
      const files = Object.entries(smallRun()).map(([file, text]) => [file.replace(/^time_\w+/, run), text]);
      writeFiles(folder, { ...Object.fromEntries(files), [`time_${sequence}/x`]: "" });
      const table = await lab(["analyze", join(folder, run)]);
      assert.ok(table.stdout.includes(`\n${shown},85.0,113.5\n`), JSON.stringify(table.stdout));
      const document = await lab(["analyze", join(folder, run), "--json"]);
      assert.is(JSON.parse(document.stdout).runs[0].runtime, `evil${sequence}`);
      const others = [await lab(["analyze", folder]), await lab([sequence]), await lab(["verify", "--raw", sequence])];
      for (const { stdout, stderr } of [table, document, ...others]) {
        assert.not.ok((stdout + stderr).includes(sequence.charAt(0)));
      }
    }
  }));

test("analyze --json lists at most 1,000 problems of several folders and counts all", () =>
  inTempFolder(async folder => {
    writeFiles(folder, {
      "a/time_one_01020304/con_900/x": "",
      "b/time_two_01020304/con_900/x": "",
      ...Object.fromEntries(Object.entries(smallRun()).map(([name, text]) => [`c/${name}`, text])),
    });
    const { code, stdout } = await lab(["analyze", "a", "b", "c", "--json"], { cwd: folder });
    const { problems, problemCount } = JSON.parse(stdout);
    // each: 900 clients, cpu.txt and latency.txt missing, and the cell empty
    assert.equal([code, problems.length, problemCount], [0, 1000, 2 * 903]);
  }));

test("unreadable published tables and configs beside the logs are problems, and the tables are still computed", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { ...smallRun(), "result/time.csv": "runtime,1\nrund,many\n", "result/cpu.csv/x": "" });
    execFileSync("mkfifo", [join(folder, "time_rund_01020304/versions.txt")]);
    writeFiles(folder, { "time_rund_01020304/config.toml": "[half" });
    const { code, stdout, stderr } = await lab(["analyze", folder]);
    assert.is(code, 0);
    assert.match(stdout, /^rund,85\.0,113\.5$/m);
    assert.match(stderr, /versions\.txt: .* found a pipe or a device/);
    assert.match(stderr, /config\.toml: expected a TOML file/);
    assert.match(stderr, /result\/time\.csv: expected numbers, found "many"/);
    assert.match(stderr, /result\/cpu\.csv: expected published tables, found a folder/);
  }));

test("an output folder that is a file exits with 3 and names the file", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { ...smallRun(), out: "" });
    const { code, stdout, stderr } = await lab(["analyze", folder, "--out", join(folder, "out")]);
    assert.equal([code, stdout], [3, ""]);
    assert.match(stderr, /the operating system reported: .*\/out'\nhint: /);
  }));

test("two runs of one runtime exit with 4, even from different folders", () =>
  inTempFolder(async folder => {
    writeFiles(join(folder, "a"), smallRun());
    writeFiles(join(folder, "b"), smallRun());
    const { code, stdout, stderr } = await lab(["analyze", "a", "b"], { cwd: folder });
    assert.equal([code, stdout], [4, ""]);
    assert.match(stderr, /a, b: expected one time run of rund in a table/);
  }));

test("a campaign of control groups has a table of its phases", async () => {
  const { code, stdout } = await lab(["analyze", join(projectRoot, "raw/cgroups")]);
  assert.is(code, 0);
  const [title, header, ...rows] = stdout.trimEnd().split("\n");
  assert.is(title, "# operations_cgroups.csv");
  assert.is(
    header,
    "run,variant,density,concurrency,count,phase,operation,rounds,p50_ms,p95_ms,p99_ms,max_ms,total_ms,total_low_ms,total_high_ms,idle_busy",
  );
  // by hand: three variants, two densities, three numbers of threads, three phases
  assert.is(rows.length, 3 * 2 * 3 * 3);
  // the campaign itself printed "mkdir 19.7" for this cell
  assert.match(
    rows.find(row => row.startsWith("cgroups_v1_11261816,v1,0,1,100,make,"))!,
    /,mkdir,3,.*,19\.7\d\d,,,0\.\d{4}$/,
  );
});

test.run();
