/** The quick readers of events accept what the schemas accept, and nothing else. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { z } from "zod";
import { quickReader, unsure } from "../../src/campaign-files/events/quick-read.js";
import { type CampaignEvent, eventSchemas, formatEvent } from "../../src/campaign-files/index.js";
import { type Json, pathsOf, replaced, replacements } from "../support/damaged-json.js";
import { allEvents, wholeRound } from "./all-events.js";

const test = suite("quick readers of events");

/** One event of every name, and a round whose samples have further times and failures. */
const whole: readonly CampaignEvent[] = [
  ...allEvents,
  {
    ...wholeRound,
    makespanMs: null,
    flags: ["partial"],
    samples: [
      {
        status: "ready",
        client: 2,
        sandbox: "ab",
        sentMs: 0.1,
        answeredMs: 80.5,
        readyMs: 81.25,
        until: "output",
        startedMs: 90,
        outputMs: 91.5,
        marks: { sandboxTask: 40 },
        clusterTimes: { Ready: wholeRound.at },
      },
      { status: "timeout", client: 1, sandbox: null, sentMs: 0.3, endedMs: 60_000, reason: "timeout", message: "" },
    ],
  },
];
const readers = Object.fromEntries(Object.entries(eventSchemas).map(([name, schema]) => [name, quickReader(schema)]));

function assertSame(schema: z.ZodType, read: (value: unknown) => unknown, text: string): void {
  const result = schema.safeParse(JSON.parse(text));
  const quick = read(JSON.parse(text));
  assert.is(quick !== unsure, result.success, text);
  if (result.success) assert.equal(quick, result.data, text);
}

test("each event with each field replaced by each wrong value: quick reader and schema agree, and so do their values", () => {
  let accepted = 0;
  let texts = 0;
  for (const event of whole) {
    const line = formatEvent(event);
    for (const path of pathsOf(JSON.parse(line))) {
      for (const replacement of replacements) {
        const text = replaced(line, path, replacement);
        assertSame(eventSchemas[event.event], readers[event.event]!, text);
        texts++;
        if (readers[event.event]!(JSON.parse(text)) !== unsure) accepted++;
      }
    }
  }
  assert.ok(texts > 5000, String(texts));
  assert.ok(accepted > 100 && accepted < texts / 2, `${accepted} of ${texts}`);
});

test("a surplus field at any depth, even one that every object inherits, is accepted by neither", () => {
  for (const event of whole) {
    const line = formatEvent(event);
    for (const path of [[], ...pathsOf(JSON.parse(line))]) {
      for (const name of ["extra", "constructor", "__proto__", "toString"]) {
        const document = JSON.parse(line);
        const part = path.reduce<unknown>((at, key) => (at as Json)[key], document);
        if (typeof part !== "object" || part === null || Array.isArray(part)) continue;
        Object.defineProperty(part, name, { value: 1, enumerable: true });
        assertSame(eventSchemas[event.event], readers[event.event]!, JSON.stringify(document));
      }
    }
  }
});

test("numbers on and beside their bounds are read as the schema reads them", () => {
  const schemas = [
    ...[z.int(), z.int().min(1).max(9), z.number(), z.number().min(0).max(2.5), z.number().positive()],
    ...[z.int().min(1).min(3), z.int32(), z.number().multipleOf(2), z.number().refine(value => value !== 2)],
  ];
  const values = [0, -0, 1, 2, 2.5, 2.500001, 3, 9, 10, -1e-9, 0.5, 2 ** 53, 2 ** 31, 1e300, Number.NaN, Infinity];
  for (const schema of schemas) {
    const read = quickReader(schema);
    for (const value of [...values, "1", null, undefined, [], true]) {
      assert.is(read(value) !== unsure, schema.safeParse(value).success, `${schema.type} ${String(value)}`);
    }
  }
});

test("kinds of field that are not read quickly are left to the schema", () => {
  const schema = z.strictObject({
    times: z.record(z.string(), z.number()),
    pair: z.tuple([z.int(), z.int()]).exactOptional(),
    either: z.union([z.boolean(), z.literal("undecided")]),
    trimmed: z.string().trim(),
    shouted: z.string().transform(text => text.toUpperCase()),
  });
  const read = quickReader(schema);
  const right = { times: { a: 1 }, either: "undecided", trimmed: " a ", shouted: "b" };
  assert.equal(read(right), { times: { a: 1 }, either: "undecided", trimmed: "a", shouted: "B" });
  assert.equal(right.shouted, "b");
  assert.is(read({ ...right, times: { a: "1" } }), unsure);
  assert.is(read({ ...right, pair: [1] }), unsure);
  assert.is(read({ ...right, pair: undefined }), unsure);
});

test.run();
