import type { Notebook } from "../../src/jupyter/nbformat.js";

/** Cells that show every kind of output, for runs that must agree in every front end. Each shows something. */
export const plainCells: readonly string[] = [
  "const xs: number[] = [3, 1, 2];\n[...xs].sort()",
  "console.log('first'); console.error('second'); console.log('third')",
  "import { execSync } from 'node:child_process';\nconsole.log('before');\nexecSync('echo child', { stdio: 'inherit' });\nconsole.log('after')",
  "interface Sample { readonly round: number; readonly ms: number }\nconst samples: Sample[] = [1, 2].map(round => ({ round, ms: round * 80 }));\nsamples",
  "const value = await Promise.resolve(42);\nvalue",
  "const sink = (globalThis as any)[Symbol.for('rund-lab.display')];\nsink.display({ 'text/html': '<b>bold</b>', 'text/plain': 'bold' });\n'shown'",
  "function fail(): never {\n  throw new RangeError('meant to fail');\n}\nfail()",
  "const wrong: number = 'text'",
  "xs.length",
];

/** Returns a notebook for the lab kernel with these cells, which may fail. */
export const notebookOf = (sources: readonly string[]): Notebook => ({
  metadata: { kernelspec: { name: "rund-lab", display_name: "TypeScript (rund-lab)", language: "typescript" } },
  cells: sources.map((source, at) => ({
    cell_type: "code" as const,
    id: `c${at}`,
    metadata: { tags: ["raises-exception"] },
    source,
    execution_count: null,
    outputs: [],
  })),
});
