import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fetchArtifact, verifyTrees } from "../../src/analysis/datasets/fetch.js";
import { LabError } from "../../src/model/errors.js";
import { lab } from "../support/command-line.js";
import { artifact, needs, projectRoot, suiteNeeding } from "../support/needs.js";
import { smallRun } from "../support/run-folder.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("analyze, verify, data, reproduce");

test("analyze prints each table as the CSV it would write", () =>
  inTempFolder(async folder => {
    writeFiles(folder, smallRun());
    assert.equal(await lab(["analyze", folder]), {
      code: 0,
      stdout: "# time.csv\nruntime,1,3\nrund,85.0,113.5\n\n# cpu.csv\nruntime,1,3\nrund,1005.0,335.0\n",
      stderr: "",
    });
  }));

test("analyze --out writes the tables and leaves stdout to the result", () =>
  inTempFolder(async folder => {
    writeFiles(folder, smallRun());
    const { code, stdout } = await lab(["analyze", "time_rund_01020304", "--out", "out"], { cwd: folder });
    assert.equal([code, stdout], [0, ""]);
    assert.is(readFileSync(join(folder, "out/time.csv"), "utf8"), "runtime,1,3\nrund,85.0,113.5\n");
  }));

test("analyze names problems on stderr and still exits 0; --strict exits 1; --json counts them", () =>
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

test("analyze --json gives memory and density by runtime, rows by number", () =>
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
    /\/no\/such: expected a folder with runs, found none\nhint: /,
  ],
  ["a folder without runs", ["analyze", "/proc/self/fdinfo"], 4, /expected run folders .*found none\nhint: /],
  ["raw logs that are not there", ["verify", "--raw", "/no/such"], 4, /expected the artifact's folders/],
];
test("help that is asked for goes to stdout with exit 0, by either way, for commands and theirs", async () => {
  for (const words of ["run", "env up", "data fetch"]) {
    const [flag, command] = [await lab([...words.split(" "), "--help"]), await lab(helpCommand(words))];
    assert.equal([flag.code, flag.stderr], [0, ""]);
    assert.match(flag.stdout, new RegExp(`^Usage: rund-lab ${words} \\[options\\]`));
    assert.equal(command, flag);
  }
});

/** `env up` → `env help up`, `run` → `help run`. */
const helpCommand = (words: string) => [...words.split(" ").slice(0, -1), "help", words.split(" ").at(-1)!];

for (const [what, words, code, said] of failing) {
  test(`${what} exits ${code} with the next step, and nothing on stdout`, async () => {
    const outcome = await lab(words);
    assert.is(outcome.code, code);
    assert.is(outcome.stdout, "");
    assert.match(outcome.stderr, said);
    assert.not.match(outcome.stderr, /^\s+at /m);
  });
}

test("logs that give no cell at all exit 4 and say why", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { "time_rund_01020304/con_001/client001.txt": "garbage\n" });
    const { code, stdout, stderr } = await lab(["analyze", folder]);
    assert.equal([code, stdout], [4, ""]);
    assert.match(stderr, /client001\.txt:1: expected 4 fields/);
    assert.match(stderr, /no usable cell/);
  }));

test("names from the file system and from the command line cannot move the terminal's cursor", () =>
  inTempFolder(async folder => {
    // 9B is what a terminal may take for ESC and [
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

test("analyze --json lists a thousand problems of several folders and counts all", () =>
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

test("published tables and configs beside the logs that cannot be read are problems, and the tables stand", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { ...smallRun(), "result/time.csv": "runtime,1\nrund,many\n", "result/cpu.csv/x": "" });
    execFileSync("mkfifo", [join(folder, "time_rund_01020304/versions.txt")]);
    writeFiles(folder, { "time_rund_01020304/config.toml": "[half" });
    const { code, stdout, stderr } = await lab(["analyze", folder]);
    assert.is(code, 0);
    assert.match(stdout, /^rund,85\.0,113\.5$/m);
    assert.match(stderr, /versions\.txt: .* found a pipe or a device/);
    assert.match(stderr, /config\.toml: expected a TOML file/);
    assert.match(stderr, /result\/time\.csv: expected published tables, found "many"/);
    assert.match(stderr, /result\/cpu\.csv: expected published tables, found a folder/);
  }));

test("a folder to write to that is a file exits 3 and names it", () =>
  inTempFolder(async folder => {
    writeFiles(folder, { ...smallRun(), out: "" });
    const { code, stdout, stderr } = await lab(["analyze", folder, "--out", join(folder, "out")]);
    assert.equal([code, stdout], [3, ""]);
    assert.match(stderr, /the system refused: .*\/out'\nhint: /);
  }));

test("two runs of one runtime exit 4, whatever folders they came from", () =>
  inTempFolder(async folder => {
    writeFiles(join(folder, "a"), smallRun());
    writeFiles(join(folder, "b"), smallRun());
    const { code, stdout, stderr } = await lab(["analyze", "a", "b"], { cwd: folder });
    assert.equal([code, stdout], [4, ""]);
    assert.match(stderr, /a, b: expected one time run of rund in a table/);
  }));

test("verify meets all 356 published cells with no download", async () => {
  assert.equal(await lab(["verify"]), {
    code: 0,
    stdout: "356 of 356 published cells recomputed as the same number\n",
    stderr: "",
  });
  const document = JSON.parse((await lab(["verify", "--json"])).stdout);
  assert.equal([document.cells, document.matched, document.mismatched, document.missing], [356, 356, [], []]);
});

test("reproduce --no-notebooks writes the tables and prints what was verified", () =>
  inTempFolder(async folder => {
    const { code, stdout } = await lab(["reproduce", "--no-notebooks", "--out", folder]);
    assert.is(code, 0);
    assert.match(stdout, /288 of 288/);
    assert.match(stdout, /68 of 68/);
    assert.match(readFileSync(join(folder, "tables/ae_data/time.csv"), "utf8"), /^rund,94\.3,116\.4,/m);
  }));

test("a published number that was changed exits 1 and is named", () =>
  inTempFolder(async folder => {
    cpSync(join(projectRoot, "ae_data"), join(folder, "mine"), { recursive: true });
    const file = join(folder, "mine/published.csv");
    writeFileSync(file, readFileSync(file, "utf8").replace("time,rund,1,94.3", "time,rund,1,94.30000000000001"));
    const { code, stderr } = await lab(["reproduce", "--no-notebooks", "--data", "mine", "--out", "out"], {
      cwd: folder,
    });
    assert.is(code, 1);
    assert.match(stderr, /mine time\.csv, row rund, column 1: published 94\.30000000000001, recomputed 94\.3/);
  }));

test("data distill refuses to write among the raw logs", () =>
  inTempFolder(async folder => {
    writeFiles(join(folder, "mine"), smallRun());
    const wrong = await lab(["data", "distill", "mine"], { cwd: folder });
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, /--out/);
    const right = await lab(["data", "distill", "mine", "--out", "out"], { cwd: folder });
    assert.is(right.code, 0);
    assert.ok(existsSync(join(folder, "out/mine/rounds.csv")));
  }));

test("data status says what is here", async () => {
  const document = JSON.parse((await lab(["data", "status", "--json"], { cwd: "/" })).stdout);
  assert.equal(
    document.distilled.map(({ name, published }: { name: string; published: number }) => [name, published]),
    [
      ["paper_data", 288],
      ["ae_data", 68],
    ],
  );
  assert.is(document.raw.present, false);
});

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
  // the campaign printed "mkdir 19.7" for it
  assert.match(
    rows.find(row => row.startsWith("cgroups_v1_11261816,v1,0,1,100,make,"))!,
    /,mkdir,3,.*,19\.7\d\d,,,0\.\d{4}$/,
  );
});

test.run();

const published = suiteNeeding("verify against raw logs", needs.artifact);

published("checks every line, cell and distilled figure", async () => {
  const { code, stdout } = await lab(["verify", "--raw", artifact!, "--json"]);
  const document = JSON.parse(stdout);
  assert.is(code, 0);
  assert.equal([document.matched, document.coldStarts, document.faults], [356, 589170, []]);
  assert.equal(document.distilled, { files: 10, same: 10 });
});

published("exits 1 and names the cell when a published number, a log or a latency.txt is changed", () =>
  inTempFolder(async folder => {
    cpSync(join(artifact!, "ae_data"), join(folder, "ae_data"), { recursive: true });
    mkdirSync(join(folder, "paper_data"));
    const change = (file: string, from: string | RegExp, to: string) =>
      writeFileSync(
        join(folder, "ae_data", file),
        readFileSync(join(folder, "ae_data", file), "utf8").replace(from, to),
      );
    change("result/time.csv", "94.3", "94.4");
    change("time_rund_05091621/con_010/latency.txt", /^\d/, "9");
    cpSync(join(artifact!, "paper_data/result"), join(folder, "paper_data/result"), { recursive: true });
    cpSync(join(artifact!, "paper_data/time_rund_12291801"), join(folder, "paper_data/time_rund_12291801"), {
      recursive: true,
    });
    const { code, stderr } = await lab(["verify", "--raw", folder]);
    assert.is(code, 1);
    assert.match(stderr, /paper_data density_kata\.csv, row 100, column 1: published, but not in the data/);
    const document = JSON.parse((await lab(["verify", "--raw", folder, "--json"])).stdout);
    assert.ok(
      document.faults.some((fault: string) =>
        /ae_data\/result\/time\.csv, row rund, column 1: expected 94\.3, found 94\.4/.test(fault),
      ),
    );
    assert.ok(document.faults.some((fault: string) => /con_010\/latency\.txt:1/.test(fault)));
  }),
);

published.run();

const git = suiteNeeding("data fetch", { name: "git", here: existsSync("/usr/bin/git") });

/** A repository with two data folders, and the pin that names them. */
function makeRepository(folder: string) {
  const run = (...words: string[]) => execFileSync("git", words, { cwd: folder, encoding: "utf8" }).trim();
  writeFiles(folder, { "paper_data/a.txt": "1\r\n", "ae_data/b/c.txt": "2\n", "video.mp4": "large" });
  run("init", "--quiet");
  run("add", "-A");
  run("-c", "user.name=t", "-c", "user.email=t@example.invalid", "commit", "--quiet", "-m", "data");
  return {
    repository: folder,
    commit: run("rev-parse", "HEAD"),
    trees: { paper_data: run("rev-parse", "HEAD:paper_data"), ae_data: run("rev-parse", "HEAD:ae_data") },
  };
}

git("clones the data folders alone, verifies them, and finds them there the second time", () =>
  inTempFolder(async folder => {
    const pin = makeRepository(join(folder, mk(folder, "origin")));
    const target = join(folder, "raw/RunD_ATC22");
    assert.is(await fetchArtifact(target, { pin }), "fetched");
    assert.is(readFileSync(join(target, "paper_data/a.txt"), "utf8"), "1\r\n");
    assert.not.ok(existsSync(join(target, "video.mp4")) && existsSync(`${target}.partial`));
    assert.is(await fetchArtifact(target, { pin }), "present");
  }),
);

git("continues where it was interrupted", () =>
  inTempFolder(async folder => {
    const pin = makeRepository(join(folder, mk(folder, "origin")));
    const target = join(folder, "raw");
    const stop = new Error("interrupted");
    try {
      await fetchArtifact(target, {
        pin,
        step: text => {
          if (text.startsWith("checking out")) throw stop;
        },
      });
      assert.unreachable();
    } catch (error) {
      assert.is(error, stop);
    }
    assert.not.ok(existsSync(target));
    assert.ok(existsSync(`${target}.partial/.git`));
    assert.is(await fetchArtifact(target, { pin }), "fetched");
    assert.not.ok(existsSync(`${target}.partial`));
  }),
);

git("refuses another tree, a changed file, and a repository that is not there", () =>
  inTempFolder(async folder => {
    const pin = makeRepository(join(folder, mk(folder, "origin")));
    const refusal = async (work: Promise<unknown>) => {
      try {
        await work;
      } catch (error) {
        if (error instanceof LabError) return `${error.code} ${error.exitCode}`;
        throw error;
      }
      return "none";
    };
    const other = { ...pin, trees: { ...pin.trees, ae_data: "0".repeat(40) } };
    assert.is(await refusal(fetchArtifact(join(folder, "other"), { pin: other })), "RUND_FETCH_TREE 4");
    assert.not.ok(existsSync(join(folder, "other")));
    await fetchArtifact(join(folder, "good"), { pin });
    writeFileSync(join(folder, "good/paper_data/a.txt"), "changed");
    assert.is(await refusal(verifyTrees(join(folder, "good"), pin)), "RUND_FETCH_TREE 4");
    rmSync(join(folder, "good/paper_data/a.txt"));
    assert.is(await refusal(fetchArtifact(join(folder, "good"), { pin })), "RUND_FETCH_TREE 4");
    assert.is(
      await refusal(fetchArtifact(join(folder, "none"), { pin, from: join(folder, "nowhere") })),
      "RUND_FETCH 3",
    );
  }),
);

git("a machine without git exits 3 and says so", () =>
  inTempFolder(async folder => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      const { code, stdout, stderr } = await lab(["data", "fetch", "--to", "raw"], { cwd: folder });
      assert.equal([code, stdout], [3, ""]);
      assert.match(stderr, /git is not installed\nhint: install git/);
    } finally {
      process.env.PATH = path;
    }
  }),
);

git("data status says whether the raw logs are the pinned ones", () =>
  inTempFolder(async folder => {
    makeRepository(join(folder, mk(folder, "other")));
    const { code, stdout } = await lab(["data", "status", "--json"], {
      env: { RUND_LAB_ARTIFACT: join(folder, "other") },
    });
    const { raw } = JSON.parse(stdout);
    assert.equal([code, raw.present, raw.verified], [0, true, false]);
    assert.match(raw.why, /paper_data: expected tree cdf81b96/);
  }),
);

function mk(folder: string, name: string): string {
  mkdirSync(join(folder, name), { recursive: true });
  return name;
}

git.run();

const built = suiteNeeding("the built command", {
  name: "dist/ (npm run build)",
  here: existsSync(join(projectRoot, "dist/cli/main.js")),
});

built("prints the version, and one JSON document on stdout whatever goes to stderr", () => {
  const command = join(projectRoot, "dist/cli/main.js");
  const version = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8")).version;
  assert.is(execFileSync(process.execPath, [command, "--version"], { encoding: "utf8" }), `${version}\n`);
  JSON.parse(execFileSync(process.execPath, [command, "verify", "--json"], { encoding: "utf8", cwd: "/" }));
});

built("a reader that has seen enough ends it quietly; a disk that is full does not pass for a success", () => {
  const command = '"$0" "$1" analyze paper_data --json';
  const shell = (script: string) =>
    spawnSync("sh", ["-c", script, process.execPath, join(projectRoot, "dist/cli/main.js")], { encoding: "utf8" });
  const piped = shell(`(${command}; echo "exit $?" >&2) | head -c 10`);
  assert.equal([piped.stdout.length, piped.stderr], [10, "exit 0\n"]);
  const full = shell(`${command} > /dev/full`);
  assert.equal([full.status, full.stderr], [3, "stdout: ENOSPC: no space left on device, write\n"]);
});

built("what it writes is not for everybody to change, however open the umask", () =>
  inTempFolder(cwd => {
    const script = 'umask 000; "$0" "$1" analyze paper_data --out tables';
    spawnSync("sh", ["-c", script, process.execPath, join(projectRoot, "dist/cli/main.js")], { cwd });
    assert.is((statSync(join(cwd, "tables")).mode & 0o777).toString(8), "775");
    assert.is((statSync(join(cwd, "tables/time.csv")).mode & 0o777).toString(8), "664");
  }),
);

built.run();
