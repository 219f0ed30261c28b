import type { Dataset } from "../../analysis/datasets/index.js";
import { columnFormat } from "../../analysis/frames/column-format.js";
import { labelIn } from "../../analysis/label-in.js";
import type { DiskRow } from "../../analysis/stages/index.js";
import type { Table } from "../../analysis/tables/index.js";
import { atOnce } from "../figures/drawing/text.js";
import { html, type Markup, scrolling } from "./html.js";

/** Returns a dataset's tables, rounded for reading. */
export function tablesSection(dataset: Dataset, tables: readonly Table[]): Markup {
  const { name } = dataset;
  return html`<h3>${name}</h3>${tables.map(table => {
    const { columns, rows, rowName } = table;
    const label = (row: string) => (rowName === "runtime" ? labelIn(dataset, row) : row);
    const caption = `${table.name}.csv (${unitOf(table)})`;
    const formats = columns.map((_, i) => columnFormat(rows.map(({ values }) => values[i])));
    return scrolling(
      `${name}, ${caption}`,
      html`<table><caption>${caption}</caption><thead><tr><th scope="col">${rowName}</th>${columns.map(column => html`<th scope="col" class="number">${column}</th>`)}</tr></thead>
<tbody>${rows.map(({ row, values }) => html`<tr><th scope="row">${label(row)}</th>${values.map((value, i) => html`<td class="number">${value === null ? html`<span class="faint">not measured</span>` : formats[i]!.text(value)}</td>`)}</tr>`)}</tbody></table>`,
    );
  })}`;
}

/** Returns a table of the rounds that waited for a disk; undefined if no round did, or if it was not recorded. */
export function diskSection(rows: readonly DiskRow[]): Markup | undefined {
  if (rows.every(({ flagged }) => flagged === 0)) return undefined;
  const caption = "Rounds that waited for a disk (disk.csv)";
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  return scrolling(
    caption,
    html`<table><caption>${caption}</caption><thead><tr><th scope="col">cell</th>${["rounds", "flagged", "fraction", "largest share of a round"].map(head => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${rows.map(row => html`<tr><th scope="row">${row.runtime}, ${atOnce(row)}</th>${[row.rounds, row.flagged, percent(row.fraction), percent(row.largestShare)].map(number => html`<td class="number">${number}</td>`)}</tr>`)}</tbody></table>`,
  );
}

const unitOf = ({ name }: Table): string =>
  name.startsWith("mem_")
    ? "KiB per sandbox, by guest memory in MB and density"
    : name === "cpu"
      ? "ms of CPU per sandbox, by concurrency"
      : name === "time"
        ? "mean makespan in ms, by concurrency"
        : "mean makespan in ms, by background density and concurrency";
