import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import fc from "fast-check";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { Outlet, PieceReader } from "../../src/kernel/channel/pipe.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("the output pipe");

const mark = Buffer.from([0xff, ...Array.from({ length: 15 }, (_, i) => i * 7)]);

/** Returns the bytes that an outlet wrote; a file stands for the pipe. */
const writtenBy = (work: (outlet: Outlet) => void): Promise<Buffer> =>
  inTempFolder(folder => {
    const path = join(folder, "pipe");
    const descriptor = openSync(path, "w");
    const { port1, port2 } = new MessageChannel();
    work(new Outlet(descriptor, mark, port1));
    closeSync(descriptor);
    let place = 0;
    for (let got = receiveMessageOnPort(port2); got; got = receiveMessageOnPort(port2)) {
      assert.is((got as { message: [number] }).message[0], ++place);
    }
    port1.close();
    return readFileSync(path);
  });

test("text and messages arrive in order, however they are split and whatever other writers add", () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.record({
            name: fc.constantFrom("stdout", "stderr"),
            cell: fc.nat(9),
            text: fc.string({ unit: "binary" }),
          }),
          fc.record({ foreign: fc.uint8Array({ maxLength: 40 }) }),
          fc.constant({ message: true }),
        ),
        { maxLength: 12 },
      ),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
      async (steps, cuts) => {
        const parts: Buffer[] = [];
        let place = 0;
        const expected: string[] = [];
        // as in a kernel, where every cell ends with its answer
        for (const step of [...steps, { message: true }]) {
          if ("foreign" in step) {
            parts.push(Buffer.from(step.foreign));
            expected.push(`foreign ${Buffer.from(step.foreign).toString("hex")}`);
          } else if ("message" in step) {
            const bytes = await writtenBy(outlet => {
              for (let i = 0; i <= place; i++) outlet.tell({ tell: "answer", id: 1, answer: 1 });
            });
            parts.push(bytes.subarray(-23));
            expected.push(`place ${++place}`);
          } else {
            const bytes = Buffer.from(step.text);
            parts.push(await writtenBy(outlet => outlet.write(step.name as "stdout", step.cell, bytes)));
            expected.push(`${step.name} ${step.cell} ${bytes.toString("hex")}`);
          }
        }
        const all = Buffer.concat(parts);
        const reader = new PieceReader(mark);
        const seen: string[] = [];
        for (let at = 0, i = 0; at < all.length; i++) {
          const end = Math.min(at + cuts[i % cuts.length]!, all.length);
          for (const piece of reader.read(all.subarray(at, end))) {
            if ("place" in piece) seen.push(`place ${piece.place}`);
            else if (piece.cell === undefined) seen.push(`foreign ${piece.bytes.toString("hex")}`);
            else seen.push(`${piece.name} ${piece.cell} ${piece.bytes.toString("hex")}`);
          }
          at = end;
        }
        assert.is(merged(seen), merged(expected));
      },
    ),
    // the last foreign byte could be a mark's first
    { numRuns: 60, examples: [[[{ foreign: Uint8Array.from([255]) }], [1]]] },
  ));

/** Joins consecutive texts of one origin, because the division into pieces does not matter. Drops empty texts. */
function merged(pieces: readonly string[]): string {
  const out: [string, string][] = [];
  for (const piece of pieces) {
    const at = piece.lastIndexOf(" ");
    const [origin, bytes] = [piece.slice(0, at), piece.slice(at + 1)];
    if (bytes === "") continue;
    const last = out.at(-1);
    if (last?.[0] === origin && origin !== "place") last[1] += bytes;
    else out.push([origin, bytes]);
  }
  return out.map(([origin, bytes]) => `${origin}:${bytes}`).join("\n");
}

test("bytes that may begin a mark are held until more bytes arrive", async () => {
  const reader = new PieceReader(mark);
  const foreign = (chunk: Buffer) =>
    [...reader.read(chunk)].map(piece =>
      "bytes" in piece && piece.cell === undefined ? piece.bytes.toString("hex") : "",
    );
  assert.equal(foreign(Buffer.from([65, ...mark.subarray(0, 3)])), ["41"]);
  assert.equal(foreign(Buffer.from([66])), [`${mark.subarray(0, 3).toString("hex")}42`]);
});

test("frames are no longer than PIPE_BUF and do not split characters", async () => {
  const text = "a😀".repeat(5000);
  const bytes = await writtenBy(outlet => outlet.write("stdout", 1, Buffer.from(text)));
  const pieces = [...new PieceReader(mark).read(bytes)] as { bytes: Buffer }[];
  assert.ok(pieces.length > 5);
  for (const piece of pieces) assert.ok(piece.bytes.length + 23 <= 4096);
  assert.is(pieces.map(piece => piece.bytes.toString()).join(""), text);
});

test.run();
