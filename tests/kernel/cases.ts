import * as assert from "uvu/assert";
import type { Answer, LiveKernel } from "./live-kernel.js";

const text = ({ outputs }: Answer): string | undefined =>
  outputs
    .map(output => (output.output_type === "execute_result" ? (output.data as Record<string, string>) : {}))
    .at(-1)?.["text/plain"];

/** Runs cells one after the other, none of which may fail, and compares the text of the last one's value. */
export async function gives(kernel: LiveKernel, cells: readonly string[], expected: string | undefined): Promise<void> {
  let last: Answer | undefined;
  for (const code of cells) {
    last = await kernel.run(code);
    assert.is(last.reply.status, "ok", `${code}: ${last.reply.evalue}`);
  }
  assert.is(text(last!), expected, cells.at(-1));
}

/** Runs a cell that must fail, and compares the error's name and text. */
export async function fails(kernel: LiveKernel, code: string, ename: string, evalue: RegExp): Promise<Answer> {
  const answer = await kernel.run(code);
  assert.is(answer.reply.ename, ename, code);
  assert.match(String(answer.reply.evalue), evalue);
  assert.ok(Array.isArray(answer.reply.traceback) && answer.reply.traceback.length > 0);
  return answer;
}
