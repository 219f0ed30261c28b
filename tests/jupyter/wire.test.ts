import { createHmac } from "node:crypto";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { decode, encode, type Message } from "../../src/jupyter/wire.js";

const test = suite("wire messages");

const key = "secret";
const parts = ['{"msg_id":"1","msg_type":"kernel_info_request"}', "{}", "{}", '{"a":1}'];
const sign = (signed: readonly string[], by = key) => createHmac("sha256", by).update(signed.join("")).digest("hex");
const frames = (signature: string, signed: readonly string[], identities = ["id"]) =>
  [...identities, "<IDS|MSG>", signature, ...signed].map(text => Buffer.from(text));

test("a signed message is read, with the identities its reply must repeat", () => {
  const request = decode(key, frames(sign(parts), parts, ["a", "b"])) as Message;
  assert.equal(request.identities.map(String), ["a", "b"]);
  assert.is(request.header.msg_type, "kernel_info_request");
  assert.equal(request.content, { a: 1 });
});

test("buffers after the content are not signed", () => {
  assert.ok("header" in decode(key, [...frames(sign(parts), parts), Buffer.from("buffer")]));
});

test("a message that is unsigned, truncated, garbled or signed with another key is ignored with a reason", () => {
  const broken: [string, Buffer[]][] = [
    ["wrong signature", frames(sign(parts, "other"), parts)],
    ["wrong signature", frames("", parts)],
    ["no <IDS|MSG> delimiter", [Buffer.from("id"), Buffer.from("{}")]],
    ["no <IDS|MSG> delimiter", []],
    ["truncated: 2 of 4 parts", frames(sign(parts), parts.slice(0, 2))],
    ["truncated: 0 of 4 parts", frames("", []).slice(0, 2)],
    ["part 4 is not JSON", frames(sign([...parts.slice(0, 3), '{"a"']), [...parts.slice(0, 3), '{"a"'])],
    ["part 2 is not an object", frames(sign([parts[0]!, "1", "{}", "{}"]), [parts[0]!, "1", "{}", "{}"])],
    ["a header without", frames(sign(["{}", "{}", "{}", "{}"]), ["{}", "{}", "{}", "{}"])],
  ];
  for (const [reason, message] of broken) {
    const { ignored } = decode(key, message) as { ignored: string };
    assert.ok(ignored?.startsWith(reason), `${ignored} is not ${reason}`);
  }
});

test("without a key nothing is signed and everything is read", () => {
  assert.ok("header" in decode("", frames("", parts)));
  const [, , signature] = encode("", "s", { type: "status", parent: {}, content: {}, prefix: ["topic"] });
  assert.is(signature, "");
});

test("a sent message is signed over header, parent, metadata and content", () => {
  const message = { type: "status", parent: {}, content: { execution_state: "idle" }, prefix: [Buffer.from("to")] };
  const [identity, delimiter, signature, ...sent] = encode(key, "s", message).map(String);
  assert.equal([identity, delimiter], ["to", "<IDS|MSG>"]);
  assert.is(signature, sign(sent));
  assert.equal(JSON.parse(sent[3]!), { execution_state: "idle" });
  const header = JSON.parse(sent[0]!) as Record<string, string>;
  assert.equal([header.msg_type, header.session, header.version], ["status", "s", "5.4"]);
});

test.run();
