import type { Dataset } from "../../analysis/datasets/index.js";
import { columnFormat } from "../../analysis/frames/column-format.js";
import { labelIn } from "../../analysis/label-in.js";
import type { Table } from "../../analysis/tables/index.js";
import { html, type Markup, scrolling } from "./html.js";

/** Returns a dataset's tables, in digits for reading. */
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

const unitOf = ({ name }: Table): string =>
  name.startsWith("mem_")
    ? "KiB per sandbox, by guest memory in MB and density"
    : name === "cpu"
      ? "ms of CPU per sandbox, by concurrency"
      : name === "time"
        ? "mean makespan in ms, by concurrency"
        : "mean makespan in ms, by background density and concurrency";
