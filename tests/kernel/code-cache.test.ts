import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { CodeCache } from "../../src/kernel/compile/typescript/code-cache.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("the compiler's bytecode");

/** A package of one file, and the folder where its bytecode is kept. */
function installed(folder: string): { readonly file: string; readonly kept: string } {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "sums"), { recursive: true });
  const file = join(modules, "sums", "index.js");
  writeAsOf(2020, file, "module.exports = { add: (a, b) => a + b };\n");
  return { file, kept: join(modules, ".cache", "rund-lab") };
}

function writeAsOf(year: number, file: string, text: string): void {
  writeFileSync(file, text);
  const date = new Date(Date.UTC(year, 0));
  utimesSync(file, date, date);
}

/** Loads the package and calls it. */
function sumOf(cache: CodeCache): number {
  const module = { exports: {} as { add(a: number, b: number): number } };
  cache.script.runInThisContext().call(module.exports, module.exports, undefined, module);
  return module.exports.add(2, 3);
}

test("bytecode is written once, and V8 accepts it when the file is loaded again", () =>
  inTempFolder(folder => {
    const { file, kept } = installed(folder);
    const first = new CodeCache(file, "1.0.0");
    assert.is(sumOf(first), 5);
    first.keep();
    first.keep();
    assert.is(readdirSync(kept).length, 1);
    const second = new CodeCache(file, "1.0.0");
    assert.is(second.script.cachedDataRejected, false);
    assert.is(sumOf(second), 5);
  }));

test("bytecode of another version of the package is not used", () =>
  inTempFolder(folder => {
    const { file, kept } = installed(folder);
    new CodeCache(file, "1.0.0").keep();
    const other = new CodeCache(file, "1.0.1");
    assert.is(other.script.cachedDataRejected, undefined);
    other.keep();
    assert.is(readdirSync(kept).length, 2);
  }));

test("a truncated file is refused and replaced", () =>
  inTempFolder(folder => {
    const { file, kept } = installed(folder);
    new CodeCache(file, "1.0.0").keep();
    const path = join(kept, readdirSync(kept)[0]!);
    const whole = readFileSync(path);
    writeFileSync(path, whole.subarray(0, whole.length / 2));
    // in this process, V8 keeps the bytecode of the first text in memory
    writeAsOf(2020, file, "module.exports = { add: (a, b) => b + a };\n");
    const second = new CodeCache(file, "1.0.0");
    assert.is(second.script.cachedDataRejected, true);
    assert.is(sumOf(second), 5);
    second.keep();
    assert.is(new CodeCache(file, "1.0.0").script.cachedDataRejected, false);
  }));

test("bytecode older than its source is not used, even if the source has the same length", () =>
  inTempFolder(folder => {
    const { file } = installed(folder);
    new CodeCache(file, "1.0.0").keep();
    writeAsOf(2100, file, "module.exports = { add: (a, b) => a * b };\n");
    const second = new CodeCache(file, "1.0.0");
    assert.is(second.script.cachedDataRejected, undefined);
    assert.is(sumOf(second), 6);
  }));

test("the unfinished file of a killed process is replaced after a minute, and not before", () =>
  inTempFolder(folder => {
    const { file, kept } = installed(folder);
    new CodeCache(file, "1.0.0").keep();
    const unfinished = join(kept, `${readdirSync(kept)[0]!.replace("1.0.0", "2.0.0")}.new`);
    writeFileSync(unfinished, "part");
    const reader = new CodeCache(file, "2.0.0");
    assert.is(sumOf(reader), 5);
    reader.keep();
    assert.is(readFileSync(unfinished, "utf8"), "part");
    const old = Date.now() / 1000 - 120;
    utimesSync(unfinished, old, old);
    new CodeCache(file, "2.0.0").keep();
    assert.is(
      readdirSync(kept).some(name => name.endsWith(".new")),
      false,
    );
    assert.is(new CodeCache(file, "2.0.0").script.cachedDataRejected, false);
  }));

test("if the cache folder cannot be created, the code still runs", () =>
  inTempFolder(folder => {
    const { file, kept } = installed(folder);
    writeFileSync(join(kept, "..", "..", ".cache"), "a file");
    const cache = new CodeCache(file, "1.0.0");
    cache.keep();
    assert.is(sumOf(cache), 5);
  }));

test.run();
