import { execFileSync } from "node:child_process";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  formatCpuLog,
  formatG,
  formatLatencyLog,
  formatSmemTable,
  parseCpuLog,
  parseLatencyLog,
  parseSmemTable,
  parseVersions,
} from "../../src/logs/index.js";

/** A small generator of numbers in [0, 1), the same in every run (Lehmer's). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const test = suite("cpu, latency, memory and versions logs");

test("numbers are written as C's %g writes them", () => {
  const values = [
    0.5,
    1,
    9.754908,
    84.22,
    100,
    755.0299,
    99999.95,
    999999.5,
    1234567,
    0.00001234,
    123456.5,
    123457.5,
    2441.125,
    2 / 3,
    1e-9,
    86255.28,
  ];
  const expected = execFileSync("printf", ["%.6g\n", ...values.map(value => value.toPrecision(17))], {
    encoding: "utf8",
  });
  assert.equal(values.map(formatG), expected.trim().split("\n"));
});

test("numbers are written as awk writes them, over many", () => {
  const random = seeded(7);
  const values = Array.from({ length: 5000 }, (_, index) =>
    index % 2 === 0
      ? Math.round(random() * 1e6) / 2 ** Math.floor(random() * 12)
      : (random() + 1e-3) * 10 ** Math.floor(random() * 24 - 9),
  );
  const expected = execFileSync("awk", ['{ printf "%.6g\\n", $1 }'], {
    input: values.map(value => `${value.toPrecision(17)}\n`).join(""),
    encoding: "utf8",
  });
  assert.equal(values.map(formatG), expected.trim().split("\n"));
});

test("a cpu line gives busy and total jiffies", () => {
  assert.equal(parseCpuLog("800 8201 9.75491\n839 8383 10.0084\n"), {
    rows: [
      { round: 1, busyJiffies: 800, totalJiffies: 8201 },
      { round: 2, busyJiffies: 839, totalJiffies: 8383 },
    ],
    problems: [],
  });
});

test("cpu lines that contradict themselves are left out, each with a problem", () => {
  const { rows, problems } = parseCpuLog("900 8201 9.75491\n9000 8201 109.743\n8 0 0\n-1 5 1\n1 2\n800 8201 9.75491\n");
  assert.equal(rows, [{ round: 6, busyJiffies: 800, totalJiffies: 8201 }]);
  assert.equal(
    problems.map(({ line, code }) => `${line}:${code}`),
    ["1:RUND_PARSE_PERCENT", "2:RUND_PARSE_ORDER", "3:RUND_PARSE_ORDER", "4:RUND_PARSE_NUMBER", "5:RUND_PARSE_FIELDS"],
  );
});

test("a percentage written with more than six digits is read, a truncated one is not", () => {
  assert.is(parseCpuLog("800 8201 9.754907938056335\n800 8201 9.754908\n0 8201 0\n8201 8201 100\n").rows.length, 4);
  assert.equal(
    parseCpuLog("800 8201 9.7549").problems.map(({ line, code }) => `${line}:${code}`),
    ["1:RUND_PARSE_PERCENT", "1:RUND_TEXT_TORN"],
  );
});

test("CRLF, tabs, a byte order mark and blank lines at the end are read in every small log", () => {
  const cpu = "800 8201 9.75491\n839 8383 10.0084\n";
  const memory = "Name USS PSS RSS VSS\nvirtiofsd 88 256 1936 76560\n";
  const changes: readonly (readonly [code: string, change: (text: string) => string])[] = [
    ["RUND_TEXT_CRLF", text => text.replaceAll("\n", "\r\n")],
    ["RUND_TEXT_TABS", text => text.replaceAll(" ", "\t")],
    ["RUND_TEXT_BOM", text => `\ufeff${text}`],
    ["RUND_TEXT_BLANK_END", text => `${text}\n  \n`],
    ["RUND_TEXT_TORN", text => text.slice(0, -1)],
  ];
  for (const [code, change] of changes) {
    assert.equal(parseCpuLog(change(cpu)).rows, parseCpuLog(cpu).rows);
    assert.equal(parseSmemTable(change(memory)).rows, parseSmemTable(memory).rows);
    for (const { problems } of [parseCpuLog(change(cpu)), parseSmemTable(change(memory))]) {
      assert.equal(
        problems.map(problem => problem.code),
        [code],
      );
    }
  }
});

test("the mean latency is one number on one line", () => {
  assert.equal(parseLatencyLog("755.03\n"), { rows: 755.03, problems: [] });
  assert.is(parseLatencyLog("").rows, null);
  assert.is(parseLatencyLog("nan\n").problems[0]?.code, "RUND_PARSE_NUMBER");
  assert.is(parseLatencyLog("1\n2\n").rows, null);
});

test("a memory snapshot gives a row per process, whose name may contain spaces", () => {
  const table = "Name  USS PSS RSS VSS\nvirtiofsd 88 256 1936 76560\nmy vmm 1 2 3 4\n";
  assert.equal(
    parseSmemTable(table).rows.map(({ name, pssKiB }) => [name, pssKiB]),
    [
      ["virtiofsd", 256],
      ["my vmm", 2],
    ],
  );
});

test("a memory snapshot without its heading, with PSS above RSS or with letters is a problem", () => {
  assert.is(parseSmemTable("virtiofsd 88 256 1936 76560\n").problems[0]?.code, "RUND_PARSE_HEADER");
  assert.is(parseSmemTable("Name USS PSS RSS VSS\na 1 5 3 9\n").problems[0]?.code, "RUND_PARSE_ORDER");
  assert.is(parseSmemTable("Name USS PSS RSS VSS\na 1 x 3 9\n").problems[0]?.code, "RUND_PARSE_NUMBER");
  assert.is(parseSmemTable("Name USS PSS RSS VSS\na 1 2\n").problems[0]?.code, "RUND_PARSE_FIELDS");
});

test("what is formatted is parsed to the same", () => {
  const cpu = [{ round: 1, busyJiffies: 17, totalJiffies: 901 }];
  assert.equal(parseCpuLog(formatCpuLog(cpu)), { rows: cpu, problems: [] });
  assert.is(parseLatencyLog(formatLatencyLog(104.5)).rows, 104.5);
  const memory = [{ name: "firecracker", ussKiB: 56508, pssKiB: 56508, rssKiB: 56512, vssKiB: 178576 }];
  assert.equal(parseSmemTable(formatSmemTable(memory)), { rows: memory, problems: [] });
});

test("versions are read from the outputs of the programs, one after another", () => {
  const text = [
    "5.10.0-8-amd64",
    "containerd github.com/containerd/containerd v1.5.8 1e5ef943",
    "crictl version 1.20.0-24",
    "kata-runtime  : 2.2.3",
    "   commit   : 3a1804cd-dirty",
    "Firecracker v0.23.1",
    "",
    "without template",
  ].join("\n");
  assert.equal(parseVersions(text), {
    kernel: "5.10.0-8-amd64",
    containerd: "v1.5.8",
    crictl: "1.20.0-24",
    kata: "2.2.3 (dirty)",
    vmm: "Firecracker 0.23.1",
    template: false,
  });
  assert.equal(parseVersions("").template, null);
});

test.run();
