/** Every field of every event of a journal, replaced by every value of another type. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CampaignJournal, withRounds, withSnapshot } from "../../src/analysis/datasets/campaign-journal.js";
import type { MemoryCell, StartCell } from "../../src/analysis/datasets/dataset.js";
import { type CampaignEvent, eventSchemas, formatEvent, parseEvents } from "../../src/campaign-files/index.js";
import { type Json, type Path, pathsOf, replaced, replacements } from "../support/damaged-json.js";
import { allEvents, othersAllowed, wholeRound, wholeSnapshot } from "./all-events.js";
import { typeOf, typesOf } from "./types-of.js";

const test = suite("a damaged journal");

const nullable = new Set(
  othersAllowed.flatMap(event =>
    [...typesOf(event)].filter(type => type.endsWith(" null")).map(type => type.slice(0, -5)),
  ),
);
/** Text of any kind may stand in these; in all other text fields a word is chosen from a list, or has a form. */
const freeText = new Set([
  ...["runtime", "bootId", "failure", "component", "transparentHugePages", "why", "operation", "seed", "name", "slo"],
  // the second element of a sample: its sandbox
  "1",
]);

/** Absent where nothing is written to disks, or in campaigns that did not look. */
const optional = new Set(["diskShare", "disk", "removalsMs", "foreign", "search", "limits", "sendable"]);
const mayBeEmpty = new Set(["bootId", "failure", "why", "transparentHugePages", "seed", "slo"]);

/** Lists that may have any number of entries, so that one less is another list and no damage. */
const ofAnyLength = new Set([
  ...["flags", "components", "removalsMs", "removals", "schedule", "steps", "bounds", "boundsBefore", "rates"],
]);

/** Whether a replacement is one that the field may have: then it is no damage. */
function isAllowed(event: string, path: Path, before: unknown, replacement: string | undefined): boolean {
  if (replacement === undefined) {
    return (
      optional.has(String(path.at(-1))) || (typeof path.at(-1) === "number" && ofAnyLength.has(String(path.at(-2))))
    );
  }
  const value: unknown = JSON.parse(replacement);
  const name = [event, ...path].reduce<string>(
    (all, key) => (typeof key === "number" ? `${all}[]` : all === "" ? key : `${all}.${key}`),
    "",
  );
  if (value === null) return nullable.has(name);
  if (typeOf(value) !== typeOf(before)) return false;
  if (typeof before === "string")
    return freeText.has(String(path.at(-1))) && (value !== "" || mayBeEmpty.has(String(path.at(-1))));
  if (typeof before === "number") return value === 7;
  if (typeof before === "boolean") return true;
  return Array.isArray(value) && value.length === 0 && ofAnyLength.has(String(path.at(-1)));
}

interface Damage {
  readonly event: (typeof allEvents)[number]["event"];
  readonly path: Path;
  readonly text: string;
}

const damages: readonly Damage[] = allEvents.flatMap(event => {
  const line = formatEvent(event);
  const document = JSON.parse(line);
  return [...pathsOf(document)].flatMap(path => {
    const before = path.reduce<unknown>((part, key) => (part as Json)[key], document);
    return replacements
      .filter(replacement => !isAllowed(event.event, path, before, replacement))
      .map(replacement => ({ event: event.event, path, text: replaced(line, path, replacement) }));
  });
});

test("the events to damage are one of every name", () => {
  assert.equal(
    allEvents.map(({ event }) => event),
    Object.keys(eventSchemas),
  );
  assert.equal(parseEvents(allEvents.map(formatEvent).join("")), { rows: allEvents, damaged: [], problems: [] });
  assert.ok(damages.length > 1500, String(damages.length));
});

test("any field of any event with a value of another type is a problem with its line, and the event is no row", () => {
  for (const { event, path, text } of damages) {
    const { rows, damaged, problems } = parseEvents(`${formatEvent(allEvents[0]!)}${text}`);
    const what = `${event} ${path.join(".")}: ${text}`;
    assert.ok(problems.length > 0 && problems.every(({ line }) => line === 2), what);
    assert.is(rows.length, 1, what);
    assert.is(damaged.length, 1, what);
    const valid = damaged[0]!.valid as Json;
    assert.not.ok(path[0]! in valid, `${what} is among the valid parts`);
  }
});

const startCell: StartCell = {
  run: wholeRound.run,
  experiment: "time",
  runtime: "runc",
  density: 0,
  concurrency: 2,
  partial: 0,
  rounds: [
    {
      round: 1,
      clients: 2,
      makespanMs: 90,
      startSkewMs: 0,
      latencyMeanMs: 85,
      latencyP50Ms: 85,
      latencyP90Ms: 90,
      latencyP99Ms: 90,
      latencyMaxMs: 90,
      busyJiffies: 60,
      totalJiffies: 100,
      block: null,
    },
  ],
  busyJiffies: [60],
  attempted: null,
  failed: null,
  samples: 2,
  latencyQuantiles: [],
};
const memoryCell: MemoryCell = {
  run: wholeSnapshot.run,
  runtime: "runc",
  memoryMb: 128,
  density: 1,
  sandboxes: 1,
  components: [{ component: "pause", processes: 1, ussKiB: 10, pssKiB: 20, rssKiB: 30, vssKiB: 40 }],
};
const starts = (text: string) => {
  const rounds = new CampaignJournal(parseEvents(text)).rounds(startCell.run, 0, 2);
  return rounds === undefined ? undefined : withRounds(startCell, rounds);
};
const memory = (text: string) => {
  const snapshot = new CampaignJournal(parseEvents(text)).snapshot(memoryCell.run, 128, 1);
  return snapshot?.sandboxes === undefined ? undefined : withSnapshot(memoryCell, snapshot);
};

test("no number of a cell is computed from a damaged round", () => {
  const whole = starts(formatEvent(wholeRound));
  assert.equal([whole?.rounds[0]?.block, whole?.attempted, whole?.failed, whole?.partial], [1, 2, 0, 0]);
  for (const { event, path, text } of damages) {
    if (event !== "round" || path[0] === "warmup") continue;
    // with a whole round of the same cell beside it, so that a count over the rest would be a number
    assert.is(starts(formatEvent(wholeRound) + text), undefined, text);
  }
  assert.is(starts(`${formatEvent(wholeRound)}{\n`), undefined);
});

test("if an operation, window or ramp of a run is damaged, none of that run is read, and those of other runs are", () => {
  const names = ["operations", "arrivals", "fit"] as const;
  const others = names.map(name => {
    const event = allEvents.find(each => each.event === name)!;
    return formatEvent({ ...event, run: "time_runc_02010000" } as CampaignEvent);
  });
  const read = (text: string) => {
    const journal = new CampaignJournal(parseEvents(text));
    return {
      operations: ["time_runc_02010000", "cgroups_created_01311200"].flatMap(run => journal.known("operations", run)),
      arrivals: journal.known("arrivals"),
      fit: journal.known("fit"),
    };
  };
  const whole = read(allEvents.map(formatEvent).join("") + others.join(""));
  assert.equal(
    names.map(name => whole[name].length),
    [2, 2, 2],
  );
  for (const { event, path, text } of damages) {
    const name = names.find(each => each === event);
    if (name === undefined) continue;
    const own = formatEvent(allEvents.find(each => each.event === name)!);
    const found = read(own + others[names.indexOf(name)] + text)[name].length;
    assert.is(found, path[0] === "run" || path[0] === "event" ? 0 : 1, text);
  }
});

test("no number of a cell is computed from the damaged part of a snapshot, and the others are kept", () => {
  // by hand: 9,000 + 500 KiB were free or in the lists before, 6,000 + 1,500 after; 60 KiB of slab more
  const host = { availableFallKiB: 2000, slabKiB: 60, pageTablesKiB: 0, kernelStackKiB: 0, percpuKiB: 0 };
  const parts = [{ part: "shim", pssKiB: 20 }];
  assert.equal(memory(formatEvent(wholeSnapshot))?.journal, { parts, host, enginePssKiB: 40_000 });
  const essential = ["event", "run", "density", "memoryMb", "sandboxes"];
  for (const { event, path, text } of damages) {
    if (event !== "memory") continue;
    const cell = memory(text);
    if (essential.includes(String(path[0]))) {
      assert.is(cell, undefined, text);
      continue;
    }
    const hit = (part: string) => String(path[0]) === part;
    assert.equal(
      cell?.journal,
      {
        parts: hit("components") ? [] : parts,
        host: path[0] === "hostBefore" || path[0] === "hostAfter" ? null : host,
        enginePssKiB: hit("enginePssKiB") ? null : 40_000,
      },
      text,
    );
  }
});

test.run();
