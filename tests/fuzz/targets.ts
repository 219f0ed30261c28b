import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseResultTable } from "../../src/analysis/datasets/published.js";
import {
  formatEvent,
  formatManifest,
  type Manifest,
  parseEvents,
  parseManifest,
  parseSamples,
  samplesHeader,
} from "../../src/campaign-files/index.js";
import { parseNotebook } from "../../src/jupyter/nbformat.js";
import { decode } from "../../src/jupyter/wire.js";
import {
  discoverRuns,
  ProblemList,
  parseClientFile,
  parseClientLog,
  parseConcurrencyFolder,
  parseCpuLog,
  parseDensityFolder,
  parseLatencyLog,
  parseMemoryFile,
  parseRunName,
  parseSmemTable,
  parseVersions,
  readCells,
} from "../../src/logs/index.js";
import { parseToml } from "../../src/measure/changes/toml.js";
import { crictlFailure } from "../../src/measure/cri/crictl-output.js";
import { requestTimes } from "../../src/measure/cri/stages/containerd-log.js";
import { readCampaignFile } from "../../src/measure/plan/campaign-file.js";
import { readRuntimeFile } from "../../src/measure/runtimes/runtime-file.js";
import type { Problem } from "../../src/model/problem.js";
import { allEvents, othersAllowed } from "../campaign-files/all-events.js";
import { typesOf } from "../campaign-files/types-of.js";
import { cellFiles } from "../support/run-folder.js";

/** A reader of text that people or other programs write. */
export interface Target {
  readonly name: string;
  /** Right inputs, from which the wrong ones are made. */
  readonly seeds: readonly string[];
  /** Reads the bytes; gives the problems it names, throws LabError, or neither. */
  readonly read: (bytes: Buffer) => readonly Problem[];
}

const client = "0e66c5a2f1 1640437735064 1640437735830 766\n0e66c5a2f2 1640437736000 1640437736084 84\n";
const cpu = "800 8201 9.75491\n900 8201 10.9743\n";
const smem = "Name  USS  PSS  RSS  VSS\nvirtiofsd 88 256 1936 76560\nmy vmm-f9ba0b72 1 2 3 4\n";
const at = "2026-01-01T00:00:00.000Z";
const journal = allEvents.map(formatEvent).join("");
const manifest: Manifest = {
  format: 1,
  campaign: "20260101T000000-time",
  label: "c",
  name: null,
  status: "complete",
  why: null,
  startedAt: at,
  endedAt: at,
  command: ["run", "time"],
  tool: { version: "0.1.0", node: "20.19.0" },
  driver: "cri",
  endpoint: "unix:///run/x.sock",
  service: { name: "containerd", version: "1.6.20" },
  replayed: false,
  replay: null,
  host: { id: "h" },
  plan: { digest: "d", settings: {} },
  runs: [
    {
      run: "time_runc_01010000",
      experiment: "time",
      runtime: "runc",
      handler: "runc",
      label: "runc",
      recorded: "01010000",
      repeat: 1,
      template: null,
      config: { snapshotter: "overlayfs" },
      versions: { kernel: "6.1.0", containerd: "1.6.20", crictl: null, kata: null, vmm: null },
    },
  ],
};
const notebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: "rund-lab" } },
  cells: [
    { cell_type: "markdown", id: "a", metadata: {}, source: ["# Title\n"] },
    {
      cell_type: "code",
      id: "b",
      metadata: { tags: ["parameters"] },
      source: "1 + 2",
      execution_count: 1,
      outputs: [
        { output_type: "execute_result", data: { "text/plain": ["3"] }, metadata: {}, execution_count: 1 },
        { output_type: "stream", name: "stdout", text: ["x\n"] },
        { output_type: "error", ename: "Error", evalue: "no", traceback: ["at 1"] },
      ],
    },
  ],
};
const wire = ["id", "<IDS|MSG>", "", '{"msg_id":"1","msg_type":"execute_request"}', "{}", "{}", '{"code":"1"}'];

const knownTypes = new Set([...allEvents, ...othersAllowed].flatMap(event => [...typesOf(event)]));

/** A reader of text that gives rows and problems. */
const text =
  (parse: (log: string) => { readonly problems: readonly Problem[] }) =>
  (bytes: Buffer): readonly Problem[] =>
    parse(bytes.toString()).problems;

/** A reader of text that throws LabError, or gives something. */
const strict =
  (parse: (log: string) => unknown) =>
  (bytes: Buffer): readonly Problem[] => {
    parse(bytes.toString());
    return [];
  };

/** Reads a journal; a field whose type no whole event has is a fault, for a number may be computed from it. */
function checkedEvents(text: string): readonly Problem[] {
  const { rows, problems } = parseEvents(text);
  for (const row of rows) {
    const type = [...typesOf(row)].find(each => !knownTypes.has(each));
    if (type !== undefined) throw new Error(`a wrong type got through: ${type}`);
  }
  return problems;
}

/** Every reader of what comes from outside. @param folder a folder for those that read files */
export function targets(folder: string): readonly Target[] {
  const file = join(folder, "input.yaml");
  const fromFile = (read: (file: string) => unknown) => (bytes: Buffer) => {
    writeFileSync(file, bytes);
    read(file);
    return [];
  };
  return [
    { name: "client log", seeds: [client], read: bytes => parseClientLog(bytes).problems },
    { name: "cpu.txt", seeds: [cpu], read: text(parseCpuLog) },
    { name: "latency.txt", seeds: ["755.03\n", "1.2e+06\n"], read: text(parseLatencyLog) },
    { name: "memory snapshot", seeds: [smem], read: text(parseSmemTable) },
    {
      name: "events.ndjson",
      seeds: [journal],
      read: bytes => checkedEvents(bytes.toString()),
    },
    {
      name: "samples.csv",
      seeds: [`${samplesHeader}time_runc_01010000,time,runc,0,1,1,1,0,1,ready,1000.000,84.000,\n`],
      read: text(parseSamples),
    },
    { name: "run.json", seeds: [formatManifest(manifest)], read: strict(parseManifest) },
    {
      name: "versions.txt",
      seeds: ["4.19.91\ncontainerd x/y v1.3.10 1c59\nkata-runtime  : 2.2.3\n   commit   : a-dirty\nwith template\n"],
      read: strict(parseVersions),
    },
    {
      name: "names",
      seeds: ["mem_katafc_12231701", "con_010", "density_0100", "client003.txt", "result_128MB_0010.txt"],
      read: strict(name =>
        [parseRunName, parseConcurrencyFolder, parseDensityFolder, parseClientFile, parseMemoryFile].map(parse =>
          parse(name),
        ),
      ),
    },
    {
      name: "run folder",
      seeds: [client, cpu, smem, "755.03\n"],
      read: bytes => readFolder(join(folder, "runs"), bytes),
    },
    {
      name: "published table",
      seeds: ["runtime,1,10\nrund,94.3,\nkata,200.5,300\n"],
      read: strict(csv => parseResultTable(csv, "time")),
    },
    {
      name: "campaign file",
      seeds: [
        "name: a\nruntimes: [runc, crun]\nexperiments:\n  - experiment: time\n    concurrency: [1, 5]\n    rounds: 4\n",
      ],
      read: fromFile(readCampaignFile),
    },
    {
      name: "runtime file",
      seeds: [
        'id: youki\nhandler: youki\nversions: [[youki, --version]]\nprocesses: [{component: shim, pattern: "a+ "}]\n',
      ],
      read: fromFile(readRuntimeFile),
    },
    {
      name: "config (TOML)",
      seeds: ['[a."b.c"]\nx = 1 # one\ny = ["p", "q"]\n[[t]]\nz = 1.5\n'],
      read: strict(toml => parseToml(toml)),
    },
    { name: "notebook", seeds: [JSON.stringify(notebook)], read: strict(json => parseNotebook(json, "a.ipynb")) },
    {
      name: "wire message",
      seeds: [wire.join("\n")],
      // no key, so that more than the signature is looked at
      read: strict(frames =>
        decode(
          "",
          frames.split("\n").map(frame => Buffer.from(frame)),
        ),
      ),
    },
    {
      name: "crictl's errors",
      seeds: [
        'level=fatal msg="run pod sandbox: rpc error: code = Unknown desc = no runtime for \\"x\\" is configured"\n',
      ],
      read: strict(crictlFailure),
    },
    {
      name: "containerd's log",
      seeds: [
        'time="2026-01-01T00:00:02.5Z" level=info msg="RunPodSandbox for &PodSandboxMetadata{Name:a,Uid:u1,Namespace:n,}"\n',
      ],
      read: strict(requestTimes),
    },
  ];
}

/** Puts the bytes in the place of every kind of log in turn, and reads the whole folder. */
function readFolder(folder: string, bytes: Buffer): readonly Problem[] {
  rmSync(folder, { recursive: true, force: true });
  const good = cellFiles("time_runc_01010000/con_002", [
    [80, 81],
    [90, 85],
  ]);
  for (const wrong of [...Object.keys(good), "mem_runc_01010000/result_128MB_0001.txt"]) {
    const all: Readonly<Record<string, string | Buffer>> = { ...good, [wrong]: bytes };
    for (const [name, content] of Object.entries(all)) {
      const path = join(folder, wrong.replaceAll("/", "-"), name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, content);
    }
  }
  const problems = new ProblemList();
  for (const wrong of [...Object.keys(good), "mem_runc_01010000/result_128MB_0001.txt"]) {
    for (const run of discoverRuns(join(folder, wrong.replaceAll("/", "-")), problems)) {
      for (const cell of readCells(run, problems)) if (cell.lines < 0) throw new Error("fewer than no lines");
    }
  }
  return problems.list;
}
