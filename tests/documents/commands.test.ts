/** Every command of every document: run, or listed here with the reason why not. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { lab } from "../support/command-line.js";
import { artifact, projectRoot, suiteNeeding } from "../support/needs.js";
import { smallRun } from "../support/run-folder.js";
import { writeFiles } from "../support/temp.js";
import { blocks, commands, commandsInText, documents, readDocument, words } from "./documents.js";

/** Commands that are not run here, and why. */
const elsewhere: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^npm (ci|test|start|run \w+)\b/, "minutes; they are steps of .ci/run, or tests themselves"],
  [/^(sudo )?sh environment\/setup-debian\.sh$/, "network and root; a step of .ci/run"],
  [/^npx rund-lab data fetch$/, "network; tests/analysis/datasets tries it on a repository of its own"],
  [/^sudo npx rund-lab env (up|down)$/, "root; tests/cli/env.test.ts"],
  [/^sudo npx rund-lab run /, "root and minutes; tests/measure/campaign"],
  [/^npx rund-lab trace /, "a campaign of one's own; tests/cli/trace.test.ts"],
  [/^npx rund-lab run \w+ --cluster /, "a cluster; tests/measure/kubernetes"],
  [/^npx rund-lab overhead /, "a campaign of one's own; tests/measure/arrivals"],
  [/^npx rund-lab import auto /, "another tool's results; tests/importers"],
  [/^npx rund-lab export /, "a campaign of one's own; tests/campaign-files"],
  [/^npx rund-lab kernel install --prefix /, "root; tests/cli/kernel.test.ts installs into a folder of its own"],
  [/^npx rund-lab .*\[/, "a summary of options"],
  [/^npx rund-lab compare raw\/<folder>/, "a campaign of one's own; the same command is run on the recorded one"],
  [/^jupyter notebook /, "it stays; tests/kernel drives the kernel as Jupyter does"],
  [/^(tar|mkdir|mv|ln|cp) .*(kata|\/etc)/, "root and downloads: how Kata is installed"],
];

const listed = documents.flatMap(document => commands(document).map(command => ({ file: document.file, command })));
const reasonFor = (command: string) => elsewhere.find(([pattern]) => pattern.test(command))?.[1];
const usesArtifact = (command: string) => command.includes("raw/RunD_ATC22");
const isLab = (command: string) => /^(sudo )?npx rund-lab /.test(command);

let folder = "";

/** A folder as a clone is, with logs where documents name some. */
function prepare() {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-documents-"));
  mkdirSync(join(folder, "raw"));
  for (const name of ["campaigns", "notebooks"]) symlinkSync(join(projectRoot, name), join(folder, name));
  for (const recorded of ["raw/20261124T201129-recorded", "raw/arrivals-and-fit"]) {
    symlinkSync(join(projectRoot, recorded), join(folder, recorded));
  }
  if (artifact !== undefined) symlinkSync(artifact, join(folder, "raw/RunD_ATC22"));
  for (const name of ["before", "after", "20260101T000000-time"]) writeFiles(join(folder, "raw", name), smallRun());
  for (const code of blocks(readDocument("CONTRIBUTING.md"), "yaml")) {
    const [, name] = /^# (\S+\.yaml)\n/.exec(code) ?? [];
    if (name !== undefined) writeFileSync(join(folder, name), code);
  }
}
const cleanUp = () => rmSync(folder, { recursive: true, force: true });

/** Runs a command by the built program, in the folder. */
function run(command: string) {
  const args = words(command.replace(/^npx rund-lab /, ""));
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(projectRoot, "dist/cli/main.js"), ...args], {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env.PATH, HOME: folder },
    maxBuffer: 1 << 26,
  });
  assert.is(status, 0, `${command}\n${stderr}`);
  assert.ok(stdout !== "" || stderr !== "", command);
}

/** That a command of rund-lab exists, with every option that is named. */
async function parses(command: string): Promise<void> {
  const [, ...rest] = words(command.replace(/^.*?\brund-lab/, "rund-lab").replaceAll(/\\\|\w+|[…[\]]/g, ""));
  const options = rest.filter(word => word.startsWith("-"));
  const first = rest.findIndex(word => word.startsWith("-"));
  // `rund-lab help env up` prints the help of `env up`
  const names = (first < 0 ? rest : rest.slice(0, first)).filter((word, index) => index > 0 || word !== "help");
  const { code, stdout } = await lab([...names, "--help"]);
  assert.is(code, 0, command);
  assert.match(stdout, new RegExp(`^Usage: rund-lab ${names[0] ?? ""}`), command);
  for (const option of options) assert.ok(stdout.includes(option) || option === "--help", `${command}: ${option}`);
}

const test = suite("commands in documents");
test.before(prepare);
test.after(cleanUp);

test("the documents hold commands", () => {
  assert.ok(listed.length > 20);
});

for (const { file, command } of listed) {
  if (reasonFor(command) !== undefined) {
    if (isLab(command)) test(`${file}: ${command}: there is such a command`, () => parses(command));
  } else if (!usesArtifact(command)) {
    test(`${file}: ${command}`, () => {
      assert.ok(isLab(command), "neither run here nor in the list of those that are not");
      run(command);
    });
  }
}

for (const document of documents) {
  for (const command of new Set(commandsInText(document))) {
    test(`${document.file}: \`${command}\`: there is such a command`, () => parses(command));
  }
}

test("scripts of npm that documents name are there", () => {
  const { scripts } = JSON.parse(readDocument("package.json"));
  const named = documents.flatMap(({ text }) => [...text.matchAll(/\bnpm run ([\w:]+)/g)].map(([, name = ""]) => name));
  assert.equal(
    [...new Set(named)].filter(name => !(name in scripts)),
    [],
  );
});

test("the list of commands that are not run holds none that no document has", () => {
  const unused = elsewhere.filter(([pattern]) => !listed.some(({ command }) => pattern.test(command)));
  assert.equal(unused.map(String), []);
});

test.run();

const onArtifact = suiteNeeding("commands in documents, on the artifact's logs", {
  name: "the artifact's raw logs",
  here: artifact !== undefined,
  optional: true,
});
onArtifact.before(prepare);
onArtifact.after(cleanUp);
for (const { file, command } of listed.filter(({ command }) => usesArtifact(command))) {
  onArtifact(`${file}: ${command}`, () => run(command));
}
onArtifact.run();
