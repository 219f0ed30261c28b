import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parseEvents, parseManifest } from "../../src/campaign-files/index.js";
import { childCommand, until } from "../support/child-command.js";
import { lab } from "../support/command-line.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("rund-lab run");
const rehearsal = ["--endpoint", "replay:paper_data", "--replay-speed", "100"];

test("a rehearsal is measured, analysed, and not measured again when resumed", () =>
  inTempFolder(async cwd => {
    const words = ["run", "time", "--runtime", "rund", "--concurrency", "1,10", "--rounds", "2"];
    const { code, stdout, stderr } = await lab([...words, ...rehearsal, "--json"], { cwd });
    assert.is(code, 0, stderr);
    const { campaign, cells } = JSON.parse(stdout);
    assert.is(cells.length, 2);
    const manifest = parseManifest(readFileSync(join(campaign, "run.json"), "utf8"));
    assert.equal(
      [manifest.status, manifest.replayed, manifest.command],
      ["complete", true, [...words, ...rehearsal, "--json"]],
    );
    const journal = readFileSync(join(campaign, "events.ndjson"), "utf8");
    const again = await lab(["run", "--resume", campaign], { cwd });
    assert.is(again.code, 0, again.stderr);
    assert.is(readFileSync(join(campaign, "events.ndjson"), "utf8"), journal);
    const analysed = await lab(["analyze", campaign, "--json"], { cwd });
    const { tables, problemCount } = JSON.parse(analysed.stdout);
    assert.equal([problemCount, tables.time.columns], [0, [1, 10]]);
    assert.equal(tables.time.rows[0].values.length, 2);
  }));

test("a campaign file is run as a whole, and options override it", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, {
      "small.yaml":
        "name: small\nruntimes: [kata, rund]\nexperiments:\n  - {experiment: time, concurrency: [1], rounds: 9}\n  - {experiment: memory, memory: [128], density: [10]}\n",
    });
    const { code, stdout, stderr } = await lab(
      ["run", "--campaign", "small.yaml", "--rounds", "1", "--json", ...rehearsal],
      { cwd },
    );
    assert.is(code, 0, stderr);
    const { campaign, cells } = JSON.parse(stdout);
    assert.match(campaign, /\/raw\/\d{8}T\d{6}-small$/);
    assert.equal(
      cells
        .map((cell: { experiment: string; runtime: string; rounds: number }) => [
          cell.experiment,
          cell.runtime,
          cell.rounds,
        ])
        .sort(),
      [
        ["memory", "kata", 1],
        ["memory", "rund", 1],
        ["time", "kata", 1],
        ["time", "rund", 1],
      ],
    );
  }));

test("a runtime from a file and a handler by name can be rehearsed, and resumed with only the folder's name", () =>
  inTempFolder(async cwd => {
    writeFiles(cwd, {
      "mine.yaml": "id: mine\nhandler: my-handler\nlabel: Mine\nprocesses: [{component: shim, pattern: '^shim '}]\n",
    });
    const only = [
      "--endpoint",
      "replay:paper_data/rund",
      "--replay-speed",
      "50",
      "--concurrency",
      "1",
      "--rounds",
      "1",
      "--json",
    ];
    const first = await lab(["run", "time", "--runtime-file", "mine.yaml", ...only], { cwd });
    assert.is(first.code, 0, first.stderr);
    const { campaign } = JSON.parse(first.stdout);
    const { runs } = parseManifest(readFileSync(join(campaign, "run.json"), "utf8"));
    assert.equal(
      runs.map(({ runtime, handler, label }) => [runtime, handler, label]),
      [["mine", "my-handler", "Mine"]],
    );
    const resumed = await lab(["run", "--resume", campaign], { cwd });
    assert.is(resumed.code, 0, resumed.stderr);
    const second = await lab(["run", "time", "--handler", "Kata-CLH", ...only], { cwd });
    assert.is(JSON.parse(second.stdout).cells[0].runtime, "kataclh");
  }));

test("a misspelt runtime in a campaign file is reported with its line and the nearest name", () =>
  inTempFolder(async cwd => {
    const time = "  - experiment: time\n    runtimes: [kata]\n";
    writeFiles(cwd, { "a.yaml": `name: a\nruntimes: [rund,\n  rnud]\nexperiments:\n${time}  - experiment: memory\n` });
    const { code, stderr } = await lab(["run", "--campaign", "a.yaml", "--plan"], { cwd });
    assert.is(code, 2);
    assert.match(stderr, /a\.yaml:3: no runtime is called "rnud"\nhint: did you mean rund\?/);
    const other = await lab(["run", "--campaign", "a.yaml", "--runtime", "kata,rnud", "--plan"], { cwd });
    assert.match(other.stderr, /--runtime: no runtime is called "rnud"/);
  }));

test("invalid requests are refused before anything is started, with the next step", () =>
  inTempFolder(async cwd => {
    const time = ["run", "time", "--runtime", "rund"];
    const wrong: readonly [readonly string[], number, RegExp][] = [
      [["run"], 2, /nothing to run.*time, memory, density,/],
      [["run", "speed"], 2, /expected time, memory, density, .*found speed/],
      [[...time, "--concurrency", "0"], 2, /concurrency: expected a whole number from 1 to 10000, found 0/],
      [[...time, "--concurrency", "1e9"], 2, /--concurrency: expected a whole number, found "1e9"/],
      [[...time, "--concurrency", "1000000000"], 2, /from 1 to 10000, found 1000000000/],
      [[...time, "--concurrency", "ten"], 2, /found "ten"/],
      [[...time, "--concurrency", "1,,2"], 2, /found ""/],
      [[...time, "--density", "5"], 2, /the time experiment has no density/],
      [["run", "time"], 2, /no runtime is named/],
      [["run", "time", "--runtime", "rnud"], 2, /no runtime is called "rnud"\nhint: did you mean rund\?/],
      [[...time, "--replay-speed", "20"], 2, /only a rehearsal has a speed/],
      [[...time, ...rehearsal.slice(0, 2), "--replay-speed", "0"], 2, /expected a number above 0/],
      [[...time, "--endpoint", "tcp://127.0.0.1:1"], 2, /expected unix:\/\//],
      [[...time, "--endpoint", "unix:///nowhere/containerd.sock"], 3, /no such socket: is containerd running\?/],
      [[...time, "--endpoint", "replay:nowhere"], 4, /nowhere/],
      [[...time, "--endpoint", "replay:nowhere", "--plan"], 4, /nowhere/],
      [[...time, "--endpoint", "replay:paper_data/runc"], 4, /expected one of .*rund.*, found runc/],
      [["run", "time", "--runtime", "runc", ...rehearsal], 3, /no handler "runc" for the runtime runc/],
      [
        ["run", "memory", "--runtime", "rund", "--density", "3", ...rehearsal],
        4,
        /expected a snapshot of rund at 128 MB and density 3/,
      ],
      [["run", "--resume", "nowhere"], 4, /expected a campaign's folder with its run\.json, found none/],
      [["run", "--campaign", "nowhere.yaml"], 4, /nowhere\.yaml: expected a YAML file, found none/],
      [
        ["run", "time", "--handler", "a", "--runtime", "kata,rund"],
        2,
        /applies to one runtime, but --runtime names several/,
      ],
      [[...time, "--nodes", "a"], 2, /--nodes: this option needs a Kubernetes cluster/],
      [[...time, "--priority-class", "low"], 2, /--priority-class: this option needs a Kubernetes cluster/],
      [[...time, "--make-runtime-classes"], 2, /--make-runtime-classes: this option needs a Kubernetes cluster/],
      [[...time, "--force"], 2, /--force: this option needs a Kubernetes cluster/],
      [[...time, "--cluster", "--driver", "cri"], 2, /--driver: this option has no effect on a Kubernetes cluster/],
      [[...time, "--cluster", "--placement", "packed"], 2, /--placement: this option needs --nodes/],
    ];
    for (const [words, expected, message] of wrong) {
      const { code, stdout, stderr } = await lab(words, { cwd });
      assert.is(code, expected, `${words.join(" ")}: ${stderr}`);
      assert.match(stderr, message, words.join(" "));
      assert.is(stdout, "");
      for (const name of existsSync(join(cwd, "raw")) ? readdirSync(join(cwd, "raw")) : []) {
        assert.is(parseManifest(readFileSync(join(cwd, "raw", name, "run.json"), "utf8")).status, "failed");
      }
    }
  }));

test("a campaign in which every round failed is an error with the reason, not an empty table", () =>
  inTempFolder(async cwd => {
    const words = ["run", "time", "--runtime", "rund", "--concurrency", "7", "--rounds", "2", ...rehearsal];
    const { code, stdout, stderr } = await lab(words, { cwd });
    assert.is(code, 1, stderr);
    assert.match(stdout, /time rund concurrency 7: no complete round, n = 0 \(2 partial, 14 of 14 failed, unreliable/);
    assert.match(
      stderr,
      /no round was complete; the first failure: .*paper_data contains no time rounds of handler rund/,
    );
    assert.is(stderr.match(/contains no time rounds/g)?.length, 1, "the reason is printed once");
  }));

test("a resumed campaign keeps its plan", () =>
  inTempFolder(async cwd => {
    const words = ["run", "time", "--runtime", "rund", "--concurrency", "1", "--rounds", "1", ...rehearsal];
    const { stdout } = await lab([...words, "--json"], { cwd });
    const { campaign } = JSON.parse(stdout);
    for (const more of [
      ["--rounds", "2"],
      ["--runtime", "kata"],
      ["--concurrency", "1,10"],
      ["--until-decided", "5%"],
      ["--handler", "kata"],
    ]) {
      const { code, stderr } = await lab(["run", "--resume", campaign, ...more], { cwd });
      assert.is(code, 2, stderr);
      assert.match(stderr, `${more[0]}: a resumed campaign keeps its plan`);
    }
    const other = await lab(
      ["run", "time", "--runtime", "rund", "--concurrency", "10", "--rounds", "1", "--resume", campaign],
      { cwd },
    );
    assert.is(other.code, 4, other.stderr);
    assert.match(other.stderr, /the plan differs from the one this campaign was started with/);
    assert.match(other.stderr, /expected experiments\[0\]\.\S+ .+, found /);
    const same = await lab([...words, "--resume", campaign], { cwd });
    assert.is(same.code, 0, same.stderr);
    // settings that were changed in run.json no longer have the recorded digest
    const file = join(campaign, "run.json");
    const manifest = JSON.parse(readFileSync(file, "utf8"));
    manifest.plan.settings.experiments[0].rounds += 1;
    writeFileSync(file, JSON.stringify(manifest));
    const changed = await lab(["run", "--resume", campaign], { cwd });
    assert.is(changed.code, 4, changed.stderr);
    assert.match(changed.stderr, /run\.json: the settings of the plan changed since the campaign started/);
  }));

test("two processes cannot work on one campaign", () =>
  inTempFolder(async cwd => {
    const words = [
      "run",
      "time",
      "--runtime",
      "katafc",
      "--concurrency",
      "10",
      "--rounds",
      "20",
      "--endpoint",
      "replay:paper_data",
    ];
    const child = childCommand(cwd, words);
    try {
      await child.said(/measuring into/);
      const campaign = join(cwd, "raw", readdirSync(join(cwd, "raw"))[0]!);
      const { code, stderr } = await lab(["run", "--resume", campaign], { cwd });
      assert.is(code, 3, stderr);
      assert.match(stderr, /another rund-lab process is changing it/);
    } finally {
      child.kill("SIGKILL");
      await child.ended;
    }
  }));

test("Ctrl-C cleans up, marks the campaign as interrupted and exits with 130; the campaign can be resumed", () =>
  inTempFolder(async cwd => {
    const child = childCommand(cwd, [
      "run",
      "time",
      "--runtime",
      "rund",
      "--concurrency",
      "10",
      "--rounds",
      "40",
      "--endpoint",
      "replay:paper_data",
    ]);
    await child.said(/rund concurrency 10/);
    const campaign = join(cwd, "raw", readdirSync(join(cwd, "raw"))[0]!);
    await until(() => rounds(campaign) >= 2);
    child.kill("SIGINT");
    assert.is(await child.ended, 130, child.output());
    assert.match(child.output(), /interrupted; everything was cleaned up\nhint: `rund-lab run --resume/);
    assert.is(parseManifest(readFileSync(join(campaign, "run.json"), "utf8")).status, "interrupted");
    const before = rounds(campaign);
    assert.ok(before >= 2 && before < 40);
    const { code, stderr } = await lab(["run", "--resume", campaign, "--json"], { cwd });
    assert.is(code, 0, stderr);
    assert.is(rounds(campaign), 40);
  }));

test("a campaign also cleans up if Ctrl-C ends the reader of its output", () =>
  inTempFolder(async cwd => {
    const words = "run time --runtime rund --concurrency 10 --rounds 40 --endpoint replay:paper_data".split(" ");
    const child = childCommand(cwd, words);
    await child.said(/rund concurrency 10/);
    const campaign = join(cwd, "raw", readdirSync(join(cwd, "raw"))[0]!);
    child.leave();
    child.kill("SIGINT");
    assert.is(await child.ended, 130);
    assert.is(parseManifest(readFileSync(join(campaign, "run.json"), "utf8")).status, "interrupted");
  }));

test("a second Ctrl-C quits at once and lists the possible remains", () =>
  inTempFolder(async cwd => {
    const child = childCommand(cwd, [
      "run",
      "time",
      "--runtime",
      "katafc",
      "--concurrency",
      "10",
      "--rounds",
      "20",
      "--endpoint",
      "replay:paper_data",
    ]);
    await child.said(/katafc concurrency 10/);
    child.kill("SIGINT");
    await child.said(/interrupted: cleaning up/);
    child.kill("SIGINT");
    assert.is(await child.ended, 130, child.output());
    // the clean-up may have finished before the second signal
    assert.match(child.output(), /stopped at once.*run --resume.*removes them|everything was cleaned up/);
  }));

test.run();

const rounds = (campaign: string): number =>
  parseEvents(readFileSync(join(campaign, "events.ndjson"), "utf8")).rows.filter(({ event }) => event === "round")
    .length;

const asRoot = suiteNeeding("rund-lab run without a place to write", needs.root);

asRoot("a folder that cannot be written is refused before anything is started", () =>
  inTempFolder(async cwd => {
    writeFileSync(join(cwd, "file"), "");
    const { code, stderr } = await lab(
      ["run", "time", "--runtime", "rund", "--concurrency", "1", "--rounds", "1", ...rehearsal, "--out", "file/raw"],
      { cwd },
    );
    assert.is(code, 3, stderr);
    assert.match(stderr, /a file is where a folder should be\nhint: name another folder with --out/);
    const itself = await lab(["run", "time", "--runtime", "rund", ...rehearsal, "--out", "file"], { cwd });
    assert.is(itself.code, 3, itself.stderr);
    assert.match(itself.stderr, /file: a file is where a folder should be\n/);
  }),
);

asRoot("a full disk stops the campaign, which can be resumed when there is space", () =>
  inTempFolder(async cwd => {
    const { execFileSync } = await import("node:child_process");
    const disk = join(cwd, "disk");
    mkdirSync(disk);
    chmodSync(disk, 0o755);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=160k", "tmpfs", disk]);
    try {
      const words = [
        "run",
        "time",
        "--runtime",
        "rund",
        "--concurrency",
        "20",
        "--rounds",
        "40",
        "--out",
        "disk",
        ...rehearsal,
      ];
      const { code, stderr } = await lab(words, { cwd });
      assert.is(code, 3, stderr);
      assert.match(stderr, /the disk is full/);
      assert.match(stderr, /free some disk space, then continue with `rund-lab run --resume/);
      const campaign = join(disk, readdirSync(disk)[0]!);
      const before = rounds(campaign);
      assert.ok(before > 0 && before < 40);
      execFileSync("mount", ["-o", "remount,size=20m", disk]);
      const resumed = await lab(["run", "--resume", campaign], { cwd });
      assert.is(resumed.code, 0, resumed.stderr);
      assert.is(rounds(campaign), 40);
      const analysed = await lab(["analyze", campaign, "--json"], { cwd });
      assert.is(JSON.parse(analysed.stdout).problemCount, 0, analysed.stdout);
    } finally {
      execFileSync("umount", [disk]);
    }
  }),
);

asRoot.run();
