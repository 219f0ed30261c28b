import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fetchArtifact, verifyTrees } from "../../src/analysis/datasets/fetch.js";
import { LabError } from "../../src/model/errors.js";
import { lab } from "../support/command-line.js";
import { artifact, needs, projectRoot, suiteNeeding } from "../support/needs.js";
import { smallRun } from "../support/run-folder.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("verify, data, reproduce");

test("verify recomputes all 356 published cells without a download", async () => {
  assert.equal(await lab(["verify"]), {
    code: 0,
    stdout: "356 of 356 published cells recomputed exactly\n",
    stderr: "",
  });
  const document = JSON.parse((await lab(["verify", "--json"])).stdout);
  assert.equal([document.cells, document.matched, document.mismatched, document.missing], [356, 356, [], []]);
});

test("reproduce --no-notebooks writes the tables and prints the number of verified cells", () =>
  inTempFolder(async folder => {
    const { code, stdout } = await lab(["reproduce", "--no-notebooks", "--out", folder]);
    assert.is(code, 0);
    assert.match(stdout, /288 of 288/);
    assert.match(stdout, /68 of 68/);
    assert.match(readFileSync(join(folder, "tables/ae_data/time.csv"), "utf8"), /^rund,94\.3,116\.4,/m);
  }));

test("a changed published number is reported, with exit 1", () =>
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

test("data distill refuses to write into the folder of the raw logs", () =>
  inTempFolder(async folder => {
    writeFiles(join(folder, "mine"), smallRun());
    const wrong = await lab(["data", "distill", "mine"], { cwd: folder });
    assert.is(wrong.code, 2);
    assert.match(wrong.stderr, /--out/);
    const right = await lab(["data", "distill", "mine", "--out", "out"], { cwd: folder });
    assert.is(right.code, 0);
    assert.ok(existsSync(join(folder, "out/mine/rounds.csv")));
  }));

test("data status lists the recorded data", async () => {
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

test.run();

const published = suiteNeeding("verify against raw logs", needs.artifact);

published("checks every line, cell and distilled figure", async () => {
  const { code, stdout } = await lab(["verify", "--raw", artifact!, "--json"]);
  const document = JSON.parse(stdout);
  assert.is(code, 0);
  assert.equal([document.matched, document.coldStarts, document.faults], [356, 589170, []]);
  assert.equal(document.distilled, { files: 10, same: 10 });
});

published("exits with 1 and names the cell if a published number, a log or a latency.txt was changed", () =>
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

/** Makes a repository with two data folders, and returns a pin with its commit and tree ids. */
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

git("clones only the data folders, verifies them, and does not clone them a second time", () =>
  inTempFolder(async folder => {
    const pin = makeRepository(join(folder, mk(folder, "origin")));
    const target = join(folder, "raw/RunD_ATC22");
    assert.is(await fetchArtifact(target, { pin }), "fetched");
    assert.is(readFileSync(join(target, "paper_data/a.txt"), "utf8"), "1\r\n");
    assert.not.ok(existsSync(join(target, "video.mp4")) && existsSync(`${target}.partial`));
    assert.is(await fetchArtifact(target, { pin }), "present");
  }),
);

git("continues an interrupted fetch", () =>
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

git("refuses a different tree, a changed or missing file, and a missing repository", () =>
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

git("exits with 3 and a hint if git is not installed", () =>
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
