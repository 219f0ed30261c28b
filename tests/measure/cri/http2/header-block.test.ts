import { suite } from "uvu";
import * as assert from "uvu/assert";
import { HeaderBlocks, headerBlock } from "../../../../src/measure/cri/http2/header-block.js";

const test = suite("HTTP/2 header blocks");

const read = (blocks: HeaderBlocks, hex: string) => blocks.read(Buffer.from(hex.replaceAll(" ", ""), "hex"));

test("the three responses of RFC 7541, C.6, are read: compressed texts, references to earlier blocks, an overflowing table", () => {
  const blocks = new HeaderBlocks();
  // the RFC's example has a table of 256 bytes: a change of its size comes first
  const first = read(
    blocks,
    `3fe101 4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718
     63c7 8f0b 97c8 e9ae 82ae 43d3`.replaceAll(/\s/g, ""),
  );
  const constant = { "cache-control": "private", location: "https://www.example.com" };
  assert.equal(first, { ":status": "302", ...constant, date: "Mon, 21 Oct 2013 20:13:21 GMT" });
  assert.equal(read(blocks, "4883 640e ffc1 c0bf"), { ...first, ":status": "307" });
  const third = read(
    blocks,
    `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
     dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`.replaceAll(/\s/g, ""),
  );
  assert.equal(third, {
    ":status": "200",
    ...constant,
    date: "Mon, 21 Oct 2013 20:13:22 GMT",
    "content-encoding": "gzip",
    "set-cookie": "foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1",
  });
});

test("a written block can be read", () => {
  const headers = { ":method": "POST", ":path": "/runtime.v1.RuntimeService/Version", te: "trailers", empty: "" };
  assert.equal(new HeaderBlocks().read(headerBlock(headers)), headers);
});

test("a block with any damage is an error", () => {
  const damaged = {
    "an entry that does not exist": "be",
    "index 0": "80",
    "a text that ends in the middle": "0005 61",
    "no text": "00",
    "a number without an end": "7fff ffff ffff ff",
    "a compressed text that has no code": "0084 ffff ffff 00",
  };
  for (const [what, hex] of Object.entries(damaged)) {
    assert.throws(
      () => read(new HeaderBlocks(), hex),
      (error: unknown) => error instanceof RangeError,
      what,
    );
  }
});

test.run();
