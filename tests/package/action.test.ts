/** The GitHub Action: its metadata against the documented form, and its script with a `gh` of our own. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { parse } from "yaml";
import { z } from "zod";
import { lab } from "../support/command-line.js";
import { projectRoot } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("the GitHub Action");
const id = z.string().regex(/^[_a-zA-Z][\w-]*$/);

// from GitHub's "Metadata syntax reference", for composite actions
const metadata = z.strictObject({
  name: z.string(),
  author: z.string().optional(),
  description: z.string().max(125),
  branding: z.strictObject({
    icon: z.string(),
    color: z.enum(["white", "black", "yellow", "blue", "green", "orange", "red", "purple", "gray-dark"]),
  }),
  inputs: z.record(
    id,
    z.strictObject({
      description: z.string(),
      required: z.boolean().optional(),
      default: z.string().optional(),
      deprecationMessage: z.string().optional(),
    }),
  ),
  outputs: z.record(id, z.strictObject({ description: z.string(), value: z.string() })),
  runs: z.strictObject({
    using: z.literal("composite"),
    steps: z.array(
      z
        .strictObject({
          name: z.string().optional(),
          id: id.optional(),
          if: z.string().optional(),
          run: z.string().optional(),
          shell: z.string().optional(),
          "working-directory": z.string().optional(),
          uses: z
            .string()
            .regex(/^[\w-]+\/[\w-]+@\w/)
            .optional(),
          with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
          env: z.record(z.string(), z.string()).optional(),
          "continue-on-error": z.boolean().optional(),
        })
        .refine(step => (step.run === undefined) !== (step.uses === undefined), "either run or uses")
        .refine(step => step.run === undefined || step.shell !== undefined, "a step that runs names its shell")
        .refine(step => step.uses === undefined || step.env === undefined, "only what runs has an environment"),
    ),
  }),
});

const text = readFileSync(join(projectRoot, "action.yml"), "utf8");
const action = metadata.parse(parse(text));

test("the inputs, steps and outputs in its expressions exist", () => {
  const script = readFileSync(join(projectRoot, "environment/action.sh"), "utf8");
  const written = [...script.matchAll(/^ *output (\w+)/gm)].map(([, name]) => name);
  for (const [, name = ""] of text.matchAll(/\$\{\{ inputs\.([\w-]+) \}\}/g)) assert.ok(name in action.inputs, name);
  for (const [, step, name = ""] of text.matchAll(/steps\.(\w+)\.outputs\.(\w+)/g)) {
    assert.ok(
      action.runs.steps.some(each => each.id === step),
      step,
    );
    assert.ok(written.includes(name), name);
  }
});

test("every input is passed on", () => {
  const given = action.runs.steps.flatMap(step => [
    ...Object.values(step.env ?? {}),
    ...Object.values(step.with ?? {}).map(String),
  ]);
  for (const name of Object.keys(action.inputs)) assert.ok(given.includes(`\${{ inputs.${name} }}`), name);
});

/** A stand-in for GitHub's command line: one earlier run has an artifact, and comments are files. */
const fakeGh = `#!/usr/bin/env node
const { appendFileSync, cpSync, readFileSync, writeFileSync } = require("node:fs");
const words = process.argv.slice(2);
appendFileSync(process.env.FAKE + "/calls", words.join(" ") + "\\n");
const after = name => words[words.indexOf(name) + 1];
if (words[0] === "run" && words[1] === "list") console.log("12\\n11");
else if (words[0] === "run" && words[1] === "download") {
  // the newest run has no artifact
  if (words[2] === "12" || process.env.FAKE_BASELINE === "") process.exit(1);
  cpSync(process.env.FAKE_BASELINE, after("--dir"), { recursive: true });
} else if (words[0] === "api" && words.includes("--paginate")) process.stdout.write(process.env.FAKE_COMMENT ?? "");
else if (words[0] === "api") writeFileSync(process.env.FAKE + "/comment", readFileSync(after("--field").slice("body=@".length)));
else process.exit(64);
`;

interface Script {
  readonly code: number | null;
  readonly stderr: string;
  readonly outputs: string;
  readonly summary: string;
  readonly calls: string;
  readonly comment: string;
}

function runScript(folder: string, env: Readonly<Record<string, string>>): Script {
  const bin = join(folder, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "gh"), fakeGh, { mode: 0o755 });
  const file = (name: string) => join(folder, name);
  const { status, stderr } = spawnSync("bash", [join(projectRoot, "environment/action.sh")], {
    cwd: folder,
    encoding: "utf8",
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      GITHUB_ACTION_PATH: projectRoot,
      RUNNER_TEMP: folder,
      FAKE: folder,
      FAKE_BASELINE: "",
      GITHUB_OUTPUT: file("outputs"),
      GITHUB_STEP_SUMMARY: file("summary"),
      GITHUB_REF: "refs/pull/7/merge",
      GITHUB_REPOSITORY: "one/project",
      GITHUB_WORKFLOW: "cold starts",
      BASELINE_BRANCH: "main",
      ARTIFACT: "kept",
      COMPARE: "--fail-on slower:5% --allow-replay",
      RUN: rehearsal("rund"),
      ...env,
    },
  });
  const read = (name: string) => (existsSync(file(name)) ? readFileSync(file(name), "utf8") : "");
  const [outputs, summary, calls, comment] = [read("outputs"), read("summary"), read("calls"), read("comment")];
  return { code: status, stderr, outputs, summary, calls, comment };
}

/** A short rehearsal of RunD, with the recorded delays of any runtime. */
const rehearsal = (recorded: string) =>
  `time --runtime rund --concurrency 10 --rounds 6 --endpoint replay:paper_data/${recorded} --replay-speed 4`;

async function campaignOf(folder: string, recorded: string): Promise<string> {
  const { code, stderr } = await lab(["run", ...rehearsal(recorded).split(" "), "--out", folder]);
  assert.is(code, 0, stderr);
  return join(folder, readdirSync(folder)[0]!);
}

test("without a baseline the campaign is kept, and nothing is compared", () =>
  inTempFolder(folder => {
    const { code, outputs, summary, comment, stderr } = runScript(folder, {});
    assert.is(code, 0, stderr);
    assert.match(outputs, /^folder=.*-time\nverdict=none\ngate=passed\n$/);
    assert.match(summary, "No baseline yet");
    assert.is(comment, "");
  }));

test("a slower campaign fires the gate: exit 1, and the comparison is the pull request's comment", () =>
  inTempFolder(async folder => {
    const baseline = await campaignOf(join(folder, "before"), "rund");
    const found = runScript(folder, { RUN: rehearsal("kata"), FAKE_BASELINE: baseline });
    assert.is(found.code, 1, found.stderr);
    assert.match(found.outputs, /verdict=slower\ngate=fired\n$/);
    assert.match(found.calls, /^run download 12 .*\nrun download 11 --repo one\/project --name kept /m);
    assert.match(found.calls, "repos/one/project/issues/7/comments --method POST");
    assert.ok(found.comment.startsWith("<!-- rund-lab: kept -->\n### "));
    assert.match(found.comment, /\| rund, 10 at once \| .* \| slower \|/);
    assert.ok(found.comment.endsWith(found.summary));
  }));

test("an earlier comment is replaced; an equal campaign passes", () =>
  inTempFolder(async folder => {
    const baseline = await campaignOf(join(folder, "before"), "rund");
    const { code, outputs, calls, stderr } = runScript(folder, { BASELINE: baseline, FAKE_COMMENT: "99\n" });
    assert.is(code, 0, stderr);
    assert.match(outputs, /gate=passed\n$/);
    assert.match(calls, "repos/one/project/issues/comments/99 --method PATCH");
    assert.not.match(calls, "run list");
  }));

test("an input that rund-lab refuses gives its exit code and its message", () =>
  inTempFolder(folder => {
    const { code, stderr } = runScript(folder, {
      RUN: "time --runtime rund --rounds none --endpoint replay:paper_data",
    });
    assert.is(code, 2);
    assert.match(stderr, "--rounds: expected a whole number");
  }));

test.run();
