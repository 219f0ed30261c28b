import type { JsonObject, Output } from "./nbformat.js";

/** The part of an iopub message that matters for outputs. */
interface OutputMessage {
  readonly type: string;
  readonly content: JsonObject;
}

/** The outputs of all cells of a notebook that have a display id, by that id. */
export type DisplayedOutputs = Map<string, Output[]>;

/**
 * Collects the outputs of one cell, by the rules that every Jupyter front end follows: consecutive streams are one output,
 * `clear_output` empties the list, and an update replaces what was displayed under its id in any cell.
 */
export class CellOutputs {
  readonly outputs: Output[] = [];
  #clearFirst = false;

  /** @param displays shared by the cells of a notebook */
  constructor(private readonly displays: DisplayedOutputs) {}

  add({ type, content }: OutputMessage): void {
    if (type === "update_display_data") {
      for (const output of this.displays.get(displayIdOf(content) ?? "") ?? []) {
        if ("data" in output) Object.assign(output, { data: content.data, metadata: content.metadata ?? {} });
      }
      return;
    }
    if (type === "clear_output") {
      if (content.wait === true) this.#clearFirst = true;
      else this.outputs.length = 0;
      return;
    }
    const output = outputOf(type, content);
    if (output === undefined) return;
    if (this.#clearFirst) this.outputs.length = 0;
    this.#clearFirst = false;

    const last = this.outputs.at(-1);
    if (output.output_type === "stream" && last?.output_type === "stream" && last.name === output.name) {
      last.text += output.text;
      return;
    }
    this.outputs.push(output);
    const id = displayIdOf(content);
    if (id !== undefined) this.displays.set(id, [...(this.displays.get(id) ?? []), output]);
  }
}

function displayIdOf(content: JsonObject): string | undefined {
  return (content.transient as { display_id?: string } | undefined)?.display_id;
}

/** Returns the output for a message; undefined for messages that show nothing. */
function outputOf(type: string, content: JsonObject): Output | undefined {
  const { data, metadata = {}, name, text, execution_count, ename, evalue, traceback } = content;
  switch (type) {
    case "stream":
      return { output_type: "stream", name, text } as Output;
    case "display_data":
      return { output_type: "display_data", data, metadata } as Output;
    case "execute_result":
      return { output_type: "execute_result", data, metadata, execution_count } as Output;
    case "error":
      return { output_type: "error", ename, evalue, traceback } as Output;
    default:
      return undefined;
  }
}
