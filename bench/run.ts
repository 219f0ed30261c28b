/**
 * `npm run bench [part …]`: runs the benchmarks in this folder, one after another. Each prints what it compares and the
 * ratios; none asserts anything.
 */
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const wanted = process.argv.slice(2);
const all = readdirSync(here)
  .filter(file => file.endsWith(".ts") && file !== "run.ts" && file !== "support.ts")
  .map(file => file.slice(0, -3))
  .sort();
const unknown = wanted.filter(part => !all.includes(part));
if (unknown.length > 0) {
  console.error(`unknown benchmark: ${unknown.join(", ")}\nhint: the benchmarks are ${all.join(", ")}`);
  process.exit(2);
}
for (const part of wanted.length === 0 ? all : wanted) {
  console.log(`== ${part}`);
  const { default: bench } = (await import(pathToFileURL(join(here, `${part}.ts`)).href)) as {
    default: () => Promise<void>;
  };
  await bench();
}
