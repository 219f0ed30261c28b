import { readFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { apiReference } from "../../docs/make-api.js";
import { projectRoot } from "../support/needs.js";

const test = suite("the API reference");
const made = apiReference();

test("docs/api.md is what the docstrings give; `npx tsx docs/make-api.ts` writes it", () => {
  assert.ok(readFileSync(join(projectRoot, "docs/api.md"), "utf8") === made, "run `npx tsx docs/make-api.ts`");
});

test("every export has its declaration", () => {
  const empty = made.split("\n### ").filter(item => /```ts\n\s*```/.test(item));
  assert.equal(empty, []);
});

test.run();
