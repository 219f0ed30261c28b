import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { Row, TableSchema } from "./tables.js";

/** Number of rows that are kept until they are written as one row group; it limits the memory of an open file. */
const groupRows = 20_000;

/** A Parquet file that is written row by row. It is complete only after `finish`. */
export class ParquetTableFile {
  readonly #schema: TableSchema;
  readonly #writer: ParquetWriter;
  #columns: Map<string, (string | number | boolean | null)[]>;
  #rows = 0;

  constructor(path: string, schema: TableSchema) {
    mkdirSync(dirname(path), { recursive: true });
    this.#schema = schema;
    this.#columns = this.#empty();
    const columnData = Object.entries(schema).map(([name, type]) => ({ name, type, data: [], nullable: true }));
    this.#writer = new ParquetWriter({
      writer: fileWriter(path),
      schema: schemaFromColumnData({ columnData }),
      createdBy: "rund-lab",
    });
  }

  add(row: Row): void {
    for (const [name, values] of this.#columns) values.push(row[name] ?? null);
    if (++this.#rows === groupRows) this.#flush();
  }

  finish(): void {
    if (this.#rows > 0) this.#flush();
    this.#writer.finish();
  }

  #flush(): void {
    const columnData = [...this.#columns].map(([name, data]) => ({ name, data }));
    this.#writer.write({ columnData, rowGroupSize: groupRows });
    this.#columns = this.#empty();
    this.#rows = 0;
  }

  #empty(): Map<string, (string | number | boolean | null)[]> {
    return new Map(Object.keys(this.#schema).map(name => [name, []]));
  }
}
