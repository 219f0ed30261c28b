import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatClientLog, parseClientLog } from "../../src/logs/index.js";

const test = suite("client logs");
const id = "a".repeat(64);
const line = `${id} 1000 1084 84`;
const codes = (log: string | Uint8Array) => parseClientLog(log).problems.map(({ code, line }) => `${line}:${code}`);

test("a line gives sandbox, start, end and latency, and line k is round k", () => {
  assert.equal(parseClientLog(`${line}\n${id} 2000 2090 90\n`), {
    rows: [
      { round: 1, sandboxId: id, startMs: 1000, endMs: 1084, latencyMs: 84 },
      { round: 2, sandboxId: id, startMs: 2000, endMs: 2090, latencyMs: 90 },
    ],
    problems: [],
  });
});

test("an empty file has no rounds and no problem of its own", () => {
  assert.equal(parseClientLog(""), { rows: [], problems: [] });
});

test("a complete last line without its line feed is read, with a problem that it may be truncated", () => {
  const { rows, problems } = parseClientLog(`${line}\n${line}`);
  assert.is(rows.length, 2);
  assert.equal(
    problems.map(({ line, code }) => `${line}:${code}`),
    ["2:RUND_TEXT_TORN"],
  );
});

test("a million blank lines before the last one are read in one pass", () => {
  const { rows, problems } = parseClientLog(`${"\n".repeat(1e6)}${line}\n`);
  assert.equal(rows[0]?.round, 1_000_001);
  assert.is(problems[0]?.code, "RUND_PARSE_FIELDS");
});

test("numbers up to 2^53 - 1 are read exactly", () => {
  const { rows } = parseClientLog("ab 9007199254740990 9007199254740991 1\nab 999999999999999 999999999999999 0\n");
  assert.equal(
    rows.map(({ endMs, latencyMs }) => [endMs, latencyMs]),
    [
      [2 ** 53 - 1, 1],
      [999_999_999_999_999, 0],
    ],
  );
});

test("the lines of a file that was padded with zero bytes are read, and the padding is reported as one invalid line", () => {
  const { rows, problems } = parseClientLog(`${line}\n${"\0".repeat(100)}`);
  assert.is(rows.length, 1);
  assert.equal(
    problems.map(({ line, code }) => `${line}:${code}`),
    ["2:RUND_PARSE_FIELDS", "2:RUND_TEXT_TORN", "2:RUND_TEXT_ENCODING"],
  );
});

const damaged: readonly (readonly [what: string, log: string, code: string])[] = [
  ["a truncated last line", `${id} 10`, "RUND_PARSE_FIELDS"],
  ["a last line truncated inside its latency", `${id} 1000 1084 8`, "RUND_PARSE_LATENCY"],
  ["three fields", `${id} 1000 1084\n`, "RUND_PARSE_FIELDS"],
  ["a fifth field", `${line} 1\n`, "RUND_PARSE_FIELDS"],
  ["letters for a number", `${id} 1000 lO84 84\n`, "RUND_PARSE_NUMBER"],
  ["a negative time", `${id} -1000 1084 84\n`, "RUND_PARSE_NUMBER"],
  ["a fraction", `${id} 1000 1084.5 84.5\n`, "RUND_PARSE_NUMBER"],
  ["a time beyond 2^53", `${id} 1000 9007199254740993 9007199254739993\n`, "RUND_PARSE_NUMBER"],
  ["an end before its start", `${id} 1084 1000 84\n`, "RUND_PARSE_ORDER"],
  ["a latency that is not end - start", `${id} 1000 1084 85\n`, "RUND_PARSE_LATENCY"],
  ["a blank line between others", "\n", "RUND_PARSE_FIELDS"],
  ["a line of a million bytes", `${"a".repeat(1e6)}\n`, "RUND_PARSE_LINE_LENGTH"],
];
for (const [what, log, code] of damaged) {
  test(`${what} is a problem that names its line, and the lines around it are kept`, () => {
    const { rows, problems } = parseClientLog(
      `${line}\n${log}${log.endsWith("\n") ? `${line}\n` : ""}`,
      "client001.txt",
    );
    assert.equal(
      problems.map(({ file, line, code }) => `${file}:${line} ${code}`),
      [`client001.txt:2 ${code}`, ...(log.endsWith("\n") ? [] : ["client001.txt:2 RUND_TEXT_TORN"])],
    );
    assert.equal(
      rows.map(({ round }) => round),
      log.endsWith("\n") ? [1, 3] : [1],
    );
    assert.ok(problems[0]!.found.length <= 80, "what was found is cut to a readable length");
  });
}

test("CRLF, tabs, a byte order mark and blank lines at the end are read, with one problem a file each", () => {
  assert.equal(codes(`${line}\r\n${line}\r\n`), ["1:RUND_TEXT_CRLF"]);
  assert.equal(codes(`${line}\n${line.replaceAll(" ", "\t")}\n`), ["2:RUND_TEXT_TABS"]);
  assert.equal(codes(`\ufeff${line}\n`), ["1:RUND_TEXT_BOM"]);
  assert.equal(codes(`${line}\n\n \n`), ["2:RUND_TEXT_BLANK_END"]);
  for (const log of [`${line}\r\n`, line.replaceAll(" ", "\t"), `\ufeff${line}`, `${line}\n\n\n`, ` ${line}  \n`]) {
    assert.equal(parseClientLog(log).rows, parseClientLog(line).rows);
  }
});

test("a byte inside an id that is not UTF-8 is reported, and the times are read", () => {
  const bytes = Buffer.from(`${line}\n`);
  bytes[5] = 0xff;
  const { rows, problems } = parseClientLog(bytes);
  assert.equal(
    rows.map(({ latencyMs }) => latencyMs),
    [84],
  );
  assert.equal(
    problems.map(({ code }) => code),
    ["RUND_TEXT_ENCODING"],
  );
});

test("formatted rows are parsed to the same rows without a problem", () => {
  const start = fc.record({
    sandboxId: fc.stringMatching(/^[0-9a-f]{64}$/),
    startMs: fc.nat({ max: 4e12 }),
    latencyMs: fc.nat({ max: 1e7 }),
  });
  fc.assert(
    fc.property(fc.array(start, { maxLength: 20 }), starts => {
      const rows = starts.map(({ sandboxId, startMs, latencyMs }, index) => ({
        round: index + 1,
        sandboxId,
        startMs,
        endMs: startMs + latencyMs,
        latencyMs,
      }));
      assert.equal(parseClientLog(formatClientLog(rows)), { rows, problems: [] });
    }),
  );
});

/** The rule, written as plainly as can be, to hold the byte scanner against. */
function validByRule(text: string): boolean {
  const fields = text.trim().split(/[ \t]+/);
  if (fields.length !== 4 || !fields.slice(1).every(field => /^\d{1,16}$/.test(field))) return false;
  const [start, end, latency] = fields.slice(1).map(BigInt);
  const limit = 2n ** 53n;
  return start! < limit && end! < limit && latency! < limit && end! >= start! && end! - start! === latency!;
}

test("after a change of any single byte of a log, each line is read or refused by the rule", () => {
  const log = Buffer.from(`${id.slice(0, 6)} 1000 1084 84\n${id.slice(0, 6)} 2000 2090 90\n`);
  fc.assert(
    fc.property(
      fc.nat({ max: log.length - 1 }),
      fc.constantFrom(0x20, 0x39, 0x2d, 0x41, 0x0a, 0x0d, 0x09, 0x00, 0xff),
      (at, byte) => {
        const bytes = Buffer.from(log);
        bytes[at] = byte;
        const lines = bytes.toString("latin1").replace(/\n$/, "").split("\n");
        const expected = lines.flatMap((text, index) => (validByRule(text.replace(/\r$/, "")) ? [index + 1] : []));
        const { rows, problems } = parseClientLog(bytes);
        assert.equal(
          rows.map(({ round }) => round),
          expected,
        );
        for (let round = 1; round <= lines.length; round++) {
          const told = expected.includes(round) || problems.some(({ line }) => line === round);
          assert.ok(told, `line ${round} is neither read nor reported`);
        }
      },
    ),
    { numRuns: 2000 },
  );
});

test.run();
