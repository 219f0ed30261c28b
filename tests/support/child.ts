/**
 * The inside of one test process (see run.ts): loads one file, runs the suites it queued, and writes the result as JSON
 * to file descriptor 3.
 */
import { writeSync } from "node:fs";
import { pathToFileURL } from "node:url";

export interface FileResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
  readonly message?: string;
}

/** The function that uvu queues for a suite: runs it and returns [error text or true, passed, skipped, total]. */
type Queued = () => Promise<[string | true, number, number, number]>;

const uvu = globalThis as unknown as { UVU_DEFER: number; UVU_QUEUE: Queued[][] };
uvu.UVU_DEFER = 1;
uvu.UVU_QUEUE = [[]];
// uvu reads these when it is loaded, and needs.ts loads it
const { skipped } = await import("./needs.js");

function report(result: FileResult): never {
  writeSync(3, JSON.stringify(result));
  process.exit(result.failed > 0 ? 1 : 0);
}

async function main(file: string): Promise<never> {
  await import(pathToFileURL(file).href);
  const suites = uvu.UVU_QUEUE.flat();
  let passed = 0;
  let failed = 0;
  for (const suite of suites) {
    const [errors, ran, skippedByUvu, all] = await suite();
    passed += ran;
    // a suite's total stays at 0 of n when its `before` hook throws, with no error text
    failed += all - ran;
    if (errors !== true) console.log(errors);
    else if (ran < all) console.log(`${all - ran} tests did not run: a before or after hook failed`);
    for (let i = 0; i < skippedByUvu; i++) skipped.push({ name: "a test", reason: "skipped in the file itself" });
  }
  if (suites.length === 0 && skipped.length === 0) {
    report({ passed: 0, failed: 1, skipped: [], message: "this file queues no suite: is `.run()` missing?" });
  }
  report({ passed, failed, skipped });
}

await main(process.argv[2] ?? "").catch(error => {
  console.log(error instanceof Error ? error.stack : error);
  report({ passed: 0, failed: 1, skipped, message: "the file could not be loaded, or a hook failed" });
});
