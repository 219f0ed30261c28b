import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";

const test = suite("examples in docstrings");
const source = join(projectRoot, "src");

interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
  readonly expected: string;
}

/** Every `@example expression // value` below src/. */
const examples: readonly Example[] = readdirSync(source, { recursive: true, encoding: "utf8" })
  .filter(file => file.endsWith(".ts"))
  .sort()
  .flatMap(file =>
    readFileSync(join(source, file), "utf8")
      .split("\n")
      .flatMap((text, index) => {
        const [, code, expected] = /@example (.*) \/\/ (.*?)(?: \*\/)?$/.exec(text) ?? [];
        return code === undefined || expected === undefined ? [] : [{ file, line: index + 1, code, expected }];
      }),
  );

const AsyncFunction = (async () => {}).constructor as new (
  ...words: string[]
) => (...values: unknown[]) => Promise<unknown>;

async function evaluate(code: string, scope: Readonly<Record<string, unknown>>): Promise<unknown> {
  return new AsyncFunction(...Object.keys(scope), `return (${code}\n);`)(...Object.values(scope));
}

test("there are examples", () => {
  assert.ok(examples.length > 30);
});

for (const { file, line, code, expected } of examples) {
  test(`${file}:${line}: ${code}`, async () => {
    const scope = (await import(pathToFileURL(join(source, file)).href)) as Record<string, unknown>;
    // cloned, to compare values without their classes
    assert.equal(structuredClone(await evaluate(code, scope)), await evaluate(expected, {}));
  });
}

test.run();
