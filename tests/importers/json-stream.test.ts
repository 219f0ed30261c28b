import { join } from "node:path";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { JsonReader, readJson } from "../../src/importers/reading/json-stream.js";
import { inTempFolder, writeFiles } from "../support/temp.js";

const test = suite("JSON read as it comes");

/** The whole document, through a list around it, fed in pieces of some size. */
function read(text: string, size: number): { readonly values: unknown[]; readonly fault: unknown } {
  const values: unknown[] = [];
  const reader = new JsonReader({ "*": value => values.push(value) });
  const bytes = Buffer.from(`[${text}]`);
  for (let i = 0; i < bytes.length; i += size) reader.feed(bytes.subarray(i, i + size));
  return { values, fault: reader.end() };
}

test("any JSON value is read as by JSON.parse, in chunks of any size", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.integer({ min: 1, max: 9 }), fc.boolean(), (value, size, spaced) => {
      const text = JSON.stringify(value, null, spaced ? 2 : undefined);
      assert.equal(read(text, size), { values: [JSON.parse(text)], fault: null });
    }),
    { numRuns: 300 },
  );
});

test("a document that JSON.parse refuses is a fault", () => {
  for (const text of [
    "{",
    "[1,]",
    '{"a":1,}',
    "{a:1}",
    "01x",
    '"\u0001"',
    "1 2",
    '{"a" 1}',
    '{"a":}',
    "nul",
    "}",
    '"open',
    ",",
  ]) {
    assert.throws(() => JSON.parse(`[${text}]`));
    assert.ok(read(text, 3).fault !== null, text);
  }
});

test("a requested value is passed on with its place and line, and left out of the value that contains it", async () => {
  const text = '{"name": "x",\n"results": [{"times": [1, 2]},\n{"times": [3], "rest": {"times": [4]}}]}';
  const seen: unknown[] = [];
  await inTempFolder(async folder => {
    writeFiles(folder, { "a.json": text });
    const see = (value: unknown, path: unknown, line: number) => seen.push([value, path, line]);
    assert.is(await readJson(join(folder, "a.json"), { "results.*.times.*": see, "results.*": see }), null);
  });
  assert.equal(seen, [
    [1, ["results", 0, "times", 0], 2],
    [2, ["results", 0, "times", 1], 2],
    [{ times: [] }, ["results", 0], 2],
    [3, ["results", 1, "times", 0], 3],
    [{ times: [], rest: { times: [4] } }, ["results", 1], 3],
  ]);
});

test("a truncated file is a fault, after the values before the cut", () => {
  const { values, fault } = read('{"a": 1}, {"a": 2', 4);
  assert.equal(values, [{ a: 1 }]);
  assert.ok(fault !== null);
});

test.run();
