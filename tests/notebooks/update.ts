/**
 * Executes the notebooks and writes them back with their outputs, but for those of cells tagged `interactive`, which are
 * large: `npm run --silent build && node --import tsx tests/notebooks/update.ts [name …]`. The tests compare with what
 * this wrote.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatNotebook, type Notebook } from "../../src/jupyter/nbformat.js";
import {
  isInteractive,
  notebookNames,
  notebooksFolder,
  readNotebook,
  runBuilt,
  withoutProgress,
} from "../support/notebooks.js";
import { inTempFolder } from "../support/temp.js";

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : notebookNames;

/** What belongs into the repository: nothing of the machine that executed it. */
const committed = (notebook: Notebook): Notebook => ({
  ...notebook,
  metadata: {
    kernelspec: { display_name: "TypeScript (rund-lab)", language: "typescript", name: "rund-lab" },
    // nbconvert takes the name of a script from here
    language_info: { file_extension: ".ts", mimetype: "text/typescript", name: "typescript" },
  },
  cells: notebook.cells.map(cell => {
    if (cell.cell_type !== "code") return cell;
    return isInteractive(cell)
      ? { ...cell, execution_count: null, outputs: [] }
      : { ...cell, outputs: withoutProgress(cell) };
  }),
});

await inTempFolder(async folder => {
  await runBuilt(names, ["--out", folder]);
  for (const name of names) {
    writeFileSync(join(notebooksFolder, name), formatNotebook(committed(readNotebook(folder, name))));
    console.log(name);
  }
});
