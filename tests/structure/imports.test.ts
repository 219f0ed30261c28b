import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";

const test = suite("import directions");
const source = join(projectRoot, "src");

interface Import {
  readonly from: string;
  /** A file below src/ for an import of our own, else the package or `node:` module. */
  readonly to: string;
}

const files = readdirSync(source, { recursive: true, encoding: "utf8" }).filter(file => file.endsWith(".ts"));
const imports: readonly Import[] = files.flatMap(from => {
  const text = readFileSync(join(source, from), "utf8");
  const specifiers = [
    ...text.matchAll(
      /^(?:import|export)[^;]*?from "([^"]+)"|^import "([^"]+)"|\bimport\("([^"]+)"\)|(?<![\w.])require(?:\.resolve)?\("([^"]+)"\)/gm,
    ),
  ];
  return specifiers.map(([, a, b, c, d]) => {
    const to = a ?? b ?? c ?? d ?? "";
    return {
      from,
      to: to.startsWith(".") ? relative(source, join(source, dirname(from), to)).replace(/\.js$/, ".ts") : to,
    };
  });
});

const roomOf = (file: string) => file.split("/")[0] ?? "";
const isOwn = ({ to }: Import) => to.endsWith(".ts");
const told = (wrong: readonly Import[]) => wrong.map(({ from, to }) => `${from} imports ${to}`);

/** The rooms from which a room may import, besides itself. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  model: [],
  logs: ["model"],
  "campaign-files": ["logs", "model"],
  importers: ["campaign-files", "logs", "model"],
  measure: ["campaign-files", "logs", "model"],
  analysis: ["importers", "campaign-files", "logs", "model"],
  present: ["analysis", "campaign-files", "logs", "model"],
  jupyter: ["present", "model"],
  kernel: ["jupyter", "present", "model"],
  cli: ["model", "logs", "campaign-files", "importers", "measure", "analysis", "present", "jupyter", "kernel"],
  "index.ts": ["model", "logs", "campaign-files", "analysis", "present"],
};

test("there is something to check", () => {
  assert.ok(imports.length > 50);
});

test("rooms import in one direction only", () => {
  const wrong = imports.filter(
    each =>
      isOwn(each) && roomOf(each.to) !== roomOf(each.from) && !allowed[roomOf(each.from)]?.includes(roomOf(each.to)),
  );
  assert.equal(told(wrong), []);
});

/** Returns a file's folder within its room; for a file in the room itself, the file. */
const folderOf = (file: string) => file.split("/").slice(0, 2).join("/");

test("within a room, no two folders import each other, directly or through others", () => {
  const needs = new Map<string, Set<string>>();
  for (const each of imports.filter(isOwn)) {
    const [from, to] = [folderOf(each.from), folderOf(each.to)];
    if (roomOf(from) === roomOf(to) && from !== to) needs.set(from, (needs.get(from) ?? new Set()).add(to));
  }
  const reached = (from: string, seen = new Set<string>()): Set<string> => {
    for (const to of needs.get(from) ?? []) if (!seen.has(to)) reached(to, seen.add(to));
    return seen;
  };
  assert.equal(
    [...needs.keys()].filter(folder => reached(folder).has(folder)),
    [],
  );
});

test("no folder holds more than 1,500 lines of its own", () => {
  const lines = new Map<string, number>();
  for (const file of files) {
    const length = readFileSync(join(source, file), "utf8").split("\n").length - 1;
    lines.set(dirname(file), (lines.get(dirname(file)) ?? 0) + length);
  }
  assert.equal(
    [...lines].filter(([, count]) => count > 1500),
    [],
  );
});

test("there are rules for every folder in src/", () => {
  assert.equal(
    [...new Set(files.map(roomOf))].filter(room => !(room in allowed)),
    [],
  );
});

test("logs load nothing but node's own modules", () => {
  assert.equal(
    told(imports.filter(each => roomOf(each.from) === "logs" && !isOwn(each) && !each.to.startsWith("node:"))),
    [],
  );
});

test("statistics import nothing but the model and simple-statistics", () => {
  const wrong = imports.filter(
    ({ from, to }) => from.startsWith("analysis/stats/") && !/^(analysis\/stats\/|model\/|simple-statistics$)/.test(to),
  );
  assert.equal(told(wrong), []);
});

test("kernel and jupyter import only the display of cells and values from present", () => {
  const wrong = imports.filter(
    ({ from, to }) =>
      ["kernel", "jupyter"].includes(roomOf(from)) && /^present\/(?!notebook\/(display|values)\.ts$)/.test(to),
  );
  assert.equal(told(wrong), []);
});

/** Packages that only certain places may import: pattern of the package, pattern of the places. */
const keepers: readonly (readonly [what: string, packages: RegExp, places: RegExp])[] = [
  ["tslab", /^(tslab|@tslab\/)/, /^kernel\//],
  ["danfojs-node", /^(danfojs-node|@tensorflow\/)/, /^analysis\/frames\/danfo\.ts$/],
  ["plotly.js-dist", /^plotly\.js/, /^present\/(figures|notebook|report)\//],
  ["csv-parse", /^csv-parse/, /^(analysis|importers|measure\/arrivals)\//],
  ["csv-stringify", /^csv-stringify/, /^campaign-files\/csv\.ts$/],
  ["processes", /^(execa|node:child_process)$/, /^(measure\/|analysis\/datasets\/fetch\.ts$|jupyter\/|kernel\/|cli\/)/],
  ["gRPC", /^@grpc\//, /^measure\//],
  ["the Kubernetes client", /^@kubernetes\//, /^measure\/kubernetes\//],
  ["hyparquet-writer", /^hyparquet-writer/, /^campaign-files\/parquet\//],
  ["zeromq", /^zeromq/, /^(kernel|jupyter)\//],
];
for (const [what, packages, places] of keepers) {
  test(`${what}: only the allowed places import it`, () => {
    assert.equal(told(imports.filter(({ from, to }) => packages.test(to) && !places.test(from))), []);
  });
}

test("no module except the program awaits anything while it is loaded", () => {
  const awaiting = files.filter(
    file => file !== "cli/main.ts" && /^(?:const .* = )?await /m.test(readFileSync(join(source, file), "utf8")),
  );
  assert.equal(awaiting, []);
});

test.run();
