import { LabError } from "../../model/errors.js";
import type { Table } from "./table.js";

// biome-ignore lint/suspicious/noTsIgnore: here danfojs-node is installed, so there is no error to expect
/** @ts-ignore: for a library's user without the optional danfojs-node a frame is of any type, and the rest compiles */
type DataFrame = import("danfojs-node").DataFrame;

/** Rows for a frame: every row has the same keys, which become columns. */
export type FrameRows = readonly Readonly<Record<string, Value>>[];

/**
 * Rows, or a table, as a danfo DataFrame, for slicing further in a notebook. A table's columns are named by concurrency
 * or density; cells that were not measured are NaN, as in pandas.
 *
 * Frames hold results: aggregate first, for danfo sorts large frames slowly.
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) where danfojs-node is not installed
 */
export async function frame(rows: FrameRows | Table): Promise<DataFrame> {
  const { DataFrame } = await danfo();
  const { columns, values } = "rowName" in rows ? fromTable(rows) : fromRecords(rows);
  return new DataFrame(
    values.map(row => row.map(value => value ?? Number.NaN)),
    { columns: [...columns] },
  );
}

type Value = string | number | boolean | null;

interface Grid {
  readonly columns: readonly string[];
  readonly values: readonly (readonly Value[])[];
}

const fromTable = ({ rowName, columns, rows }: Table): Grid => ({
  columns: [rowName, ...columns.map(String)],
  values: rows.map(({ row, values }) => [rowName === "runtime" ? row : Number(row), ...values]),
});

function fromRecords(rows: FrameRows): Grid {
  const columns = Object.keys(rows[0] ?? {});
  return { columns, values: rows.map(row => columns.map(column => row[column] ?? null)) };
}

async function danfo(): Promise<typeof import("danfojs-node")> {
  try {
    // danfo computes on TensorFlow.js; its plain CPU backend must be there before danfo asks for one
    await import("@tensorflow/tfjs-backend-cpu");
    // the copy of TensorFlow.js that danfo brings finds this one, and says so on stderr unless it is in production
    const { _tfengine: engine } = globalThis as { _tfengine?: { ENV: { set(flag: string, value: boolean): void } } };
    engine?.ENV.set("PROD", true);
    const module = await import("danfojs-node");
    return (module as unknown as { default?: typeof module }).default ?? module;
  } catch (error) {
    throw new LabError("RUND_NEEDS_DANFO", "machine", "frames need danfojs-node and @tensorflow/tfjs-backend-cpu", {
      hint: "npm install danfojs-node @tensorflow/tfjs-backend-cpu, with the overrides in docs/architecture.md",
      cause: error,
    });
  }
}
