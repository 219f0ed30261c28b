import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { discoverRuns, ProblemList, readCells } from "../../src/logs/index.js";
import { LabError } from "../../src/model/errors.js";
import { needs, projectRoot, suiteNeeding } from "../support/needs.js";
import { cellFiles, smallRun } from "../support/run-folder.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("run folders");

/** Reads everything below a folder: cells as text, problems as `file:line code` relative to the folder. */
function read(folder: string) {
  const problems = new ProblemList();
  const cells = discoverRuns(folder, problems).flatMap(run =>
    [...readCells(run, problems)].map(cell =>
      cell.kind === "memory"
        ? `${run.name} ${cell.memoryMb}MB ${cell.density}: ${cell.sums === null ? "empty" : [...cell.sums].map(([name, sum]) => `${name} ${sum.processes} ${sum.pssKiB}`)}`
        : `${run.name} ${cell.density} ${cell.concurrency}: ${cell.columns.rounds} rounds, ${cell.columns.valid.filter(v => v === 1).length} valid, ${cell.cpu.length} cpu`,
    ),
  );
  return {
    cells,
    problems: problems.list.map(
      ({ file, line, code }) => `${file.slice(folder.length + 1)}${line === null ? "" : `:${line}`} ${code}`,
    ),
  };
}

const inFolder = (files: Readonly<Record<string, string | Uint8Array>>, work: (folder: string) => void) =>
  inTempFolder(folder => {
    writeFiles(folder, files);
    work(folder);
  });

const run = "time_rund_01020304";

test("a sound run has its cells in the order of the grid and no problem", () =>
  inFolder(smallRun(), folder => {
    assert.equal(read(folder), {
      cells: [`${run} 0 1: 2 rounds, 2 valid, 2 cpu`, `${run} 0 3: 2 rounds, 6 valid, 2 cpu`],
      problems: [],
    });
  }));

test("run folders are found in the folder itself, in a folder of folders, and once through a link", () =>
  inFolder(smallRun(), folder => {
    symlinkSync(join(folder, run), join(folder, "again"));
    assert.is(discoverRuns(folder, new ProblemList()).length, 1);
    assert.equal(
      discoverRuns(join(folder, run), new ProblemList()).map(({ runtime }) => runtime),
      ["rund"],
    );
  }));

test("the names of folders and files give the grids of a density run and a memory run", () =>
  inFolder(
    {
      ...cellFiles("density_mine_12312359/density_0100/con_010", [Array(10).fill(50)]),
      "mem_mine_12312359/result_128MB_0002.txt":
        "Name USS PSS RSS VSS\nshim-0a1b2c3d 1 20 30 40\nshim-ffffffff 1 22 30 40\nvmm 5 60 70 80\n",
    },
    folder => {
      assert.equal(read(folder), {
        cells: [
          "density_mine_12312359 100 10: 1 rounds, 10 valid, 1 cpu",
          "mem_mine_12312359 128MB 2: shim 2 42,vmm 1 60",
        ],
        problems: [],
      });
    },
  ));

test("a missing client leaves the others readable and is a problem", () =>
  inFolder(smallRun(), folder => {
    rmSync(join(folder, run, "con_003/client002.txt"));
    assert.equal(read(folder).problems, [`${run}/con_003/client002.txt RUND_UNREADABLE`]);
    assert.is(read(folder).cells[1], `${run} 0 3: 2 rounds, 4 valid, 2 cpu`);
  }));

test("a client with a different number of rounds, a surplus client and a misspelt client name are problems", () =>
  inFolder(smallRun(), folder => {
    const cell = join(folder, run, "con_003");
    writeFileSync(join(cell, "client002.txt"), `${"b".repeat(64)} 1000 1100 100\n`);
    writeFileSync(join(cell, "client004.txt"), "");
    writeFileSync(join(cell, "client1.txt"), "");
    assert.equal(read(folder).problems, [
      `${run}/con_003/client004.txt RUND_SURPLUS_CLIENT`,
      `${run}/con_003/client1.txt RUND_SURPLUS_CLIENT`,
      `${run}/con_003/client002.txt RUND_ROUNDS`,
    ]);
  }));

test("missing and shorter cpu.txt and a wrong mean in latency.txt are problems", () =>
  inFolder(smallRun(), folder => {
    rmSync(join(folder, run, "con_001/cpu.txt"));
    writeFileSync(join(folder, run, "con_003/cpu.txt"), "100 1000 10\n");
    writeFileSync(join(folder, run, "con_003/latency.txt"), "999\n");
    assert.equal(read(folder).problems, [
      `${run}/con_001/cpu.txt RUND_UNREADABLE`,
      `${run}/con_003/cpu.txt RUND_ROUNDS`,
      `${run}/con_003/latency.txt:1 RUND_MEAN_LATENCY`,
    ]);
  }));

test("lines of cpu.txt beyond the rounds are left out, with a problem", () =>
  inFolder(smallRun(), folder => {
    writeFileSync(join(folder, run, "con_001/cpu.txt"), "100 1000 10\n101 1000 10.1\n102 1000 10.2\n");
    assert.equal(read(folder), {
      cells: [`${run} 0 1: 2 rounds, 2 valid, 2 cpu`, `${run} 0 3: 2 rounds, 6 valid, 2 cpu`],
      problems: [`${run}/con_001/cpu.txt RUND_ROUNDS`],
    });
  }));

test("a problem about a cell of one round has a singular noun", () =>
  inFolder({ ...smallRun(), [`${run}/con_001/client001.txt`]: `${"b".repeat(64)} 1000 1100 100\n` }, folder => {
    const problems = new ProblemList();
    for (const found of discoverRuns(folder, problems)) for (const _ of readCells(found, problems));
    assert.ok(problems.list.some(({ expected }) => expected === "1 line, one per round"));
  }));

test("two folders for one cell are an error that names both", () =>
  inFolder({ ...smallRun(), ...cellFiles(`${run}/con_3`, [[1, 1, 1]]) }, folder => {
    assert.throws(
      () => read(folder),
      (error: unknown) =>
        error instanceof LabError &&
        error.code === "RUND_DUPLICATE_CELL" &&
        error.exitCode === 4 &&
        error.message.includes("con_3:") &&
        error.message.includes("con_003"),
    );
  }));

test("folders whose names begin like those of runs or cells but are invalid are problems; others are ignored", () =>
  inFolder(
    { ...smallRun(), "time_kata/x": "", "notes/x": "", [`${run}/con_abc/x`]: "", [`${run}/con_0/x`]: "" },
    folder => {
      assert.equal(read(folder).problems, [
        "time_kata RUND_RUN_NAME",
        `${run}/con_0 RUND_CELL_NAME`,
        `${run}/con_abc RUND_CELL_NAME`,
      ]);
    },
  ));

test("a loop of links is a problem, not an endless walk", () =>
  inFolder(smallRun(), folder => {
    symlinkSync("loop", join(folder, "loop"));
    symlinkSync(folder, join(folder, "round-and-round"));
    assert.equal(read(folder).problems, ["loop RUND_UNREADABLE"]);
    assert.is(read(folder).cells.length, 2);
  }));

test("a folder, a pipe and a dangling link in a log's place are problems, and none of them blocks the reading", () =>
  inFolder(smallRun(), folder => {
    const log = (client: number) => join(folder, run, `con_003/client00${client}.txt`);
    for (const client of [1, 2, 3]) rmSync(log(client));
    mkdirSync(log(1));
    execFileSync("mkfifo", [log(2)]);
    symlinkSync("nowhere", log(3));
    assert.equal(read(folder).problems.slice(0, 3), [
      `${run}/con_003/client001.txt RUND_UNREADABLE`,
      `${run}/con_003/client002.txt RUND_UNREADABLE`,
      `${run}/con_003/client003.txt RUND_UNREADABLE`,
    ]);
    assert.is(read(folder).cells[1], `${run} 0 3: 0 rounds, 0 valid, 2 cpu`);
  }));

test("files of 1 GB in one line, in any log's place, are problems and are not read", () =>
  inFolder({ ...smallRun(), "mem_rund_01020304/result_128MB_0001.txt": "" }, folder => {
    const large = [
      "mem_rund_01020304/result_128MB_0001.txt",
      `${run}/con_003/client001.txt`,
      `${run}/con_003/cpu.txt`,
      `${run}/con_003/latency.txt`,
    ];
    for (const file of large) truncateSync(join(folder, file), 2 ** 30);
    const before = process.memoryUsage().rss;
    assert.equal(
      read(folder).problems,
      large.map(file => `${file} RUND_UNREADABLE`),
    );
    assert.ok(process.memoryUsage().rss - before < 50e6);
  }));

test("a cell with more rounds than a campaign can have is truncated, with a problem, and does not fill memory", () =>
  inFolder(cellFiles(`${run}/con_900`, [Array(900).fill(1)]), folder => {
    writeFileSync(join(folder, run, "con_900/client001.txt"), "a 1 2 1\n".repeat(100_000));
    const before = process.memoryUsage().rss;
    const { cells, problems } = read(folder);
    assert.match(cells[0] ?? "", /9320 rounds/);
    assert.ok(problems.includes(`${run}/con_900/client001.txt:9321 RUND_ROUNDS`));
    assert.ok(process.memoryUsage().rss - before < 250e6);
  }));

test("an empty client log is a problem of that file, even if no other client gives the number of rounds", () =>
  inFolder({ ...smallRun(), [`${run}/con_001/client001.txt`]: "" }, folder => {
    assert.equal(read(folder).problems[0], `${run}/con_001/client001.txt RUND_ROUNDS`);
  }));

test("a thousand problems are listed and all are counted, over all logs", () =>
  inFolder({ ...smallRun(), [`${run}/con_001/cpu.txt`]: "x\n".repeat(2500) }, folder => {
    const problems = new ProblemList();
    for (const found of discoverRuns(folder, problems)) for (const _ of readCells(found, problems));
    // 2,500 lines, and one that there are more lines than rounds
    assert.equal([problems.list.length, problems.count], [1000, 2501]);
  }));

test("a memory snapshot with a line that cannot be read has no sums", () =>
  inFolder(
    {
      "mem_rund_01020304/result_128MB_0001.txt": "Name USS PSS RSS VSS\nrund-0a1b2c3d 1 2 3 4\nrund-0a1b2c3e 1 2\n",
      "mem_rund_01020304/result_128MB_0010.txt": "",
      "mem_rund_01020304/result_128MB.txt": "",
    },
    folder => {
      assert.equal(read(folder), {
        cells: ["mem_rund_01020304 128MB 1: empty", "mem_rund_01020304 128MB 10: empty"],
        problems: [
          "mem_rund_01020304/result_128MB.txt RUND_CELL_NAME",
          "mem_rund_01020304/result_128MB_0001.txt:3 RUND_PARSE_FIELDS",
          "mem_rund_01020304/result_128MB_0010.txt:1 RUND_PARSE_HEADER",
          "mem_rund_01020304/result_128MB_0010.txt RUND_MEMORY_EMPTY",
        ],
      });
    },
  ));

test("a folder that is not there is an error with exit code 4 and a next step", () => {
  assert.throws(
    () => discoverRuns("/no/such/folder", new ProblemList()),
    (error: unknown) => error instanceof LabError && error.exitCode === 4 && error.hint !== undefined,
  );
});

test.run();

const asRoot = suiteNeeding("run folders of somebody else", needs.root);

asRoot("a log without permission to read is a problem, as seen by a process that is not root", () =>
  inFolder(smallRun(), folder => {
    execFileSync("chmod", ["-R", "a+rX", folder]);
    execFileSync("chmod", ["0600", join(folder, run, "con_003/client002.txt")]);
    const script = `
      // loaded as root: nobody may not be able to enter the folder of this project
      const { discoverRuns, ProblemList, readCells } = await import(${JSON.stringify(join(projectRoot, "dist/logs/index.js"))});
      process.setgid(65534); process.setuid(65534);
      const problems = new ProblemList();
      for (const run of discoverRuns(${JSON.stringify(folder)}, problems)) for (const cell of readCells(run, problems));
      console.log(JSON.stringify(problems.list));`;
    // nobody may write where coverage is collected
    const env = { ...process.env, NODE_V8_COVERAGE: "" };
    const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      encoding: "utf8",
      cwd: "/",
      env,
    });
    assert.is(child.stderr, "");
    const problems = JSON.parse(child.stdout) as { file: string; found: string }[];
    assert.equal(
      problems.map(({ file, found }) => [file.slice(folder.length + 1), found]),
      [[`${run}/con_003/client002.txt`, "one without permission to read"]],
    );
  }),
);

asRoot.run();
