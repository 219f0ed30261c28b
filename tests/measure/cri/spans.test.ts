import { suite } from "uvu";
import * as assert from "uvu/assert";
import { requireSpans } from "../../../src/measure/containerd/requirements.js";
import { SpanReceiver } from "../../../src/measure/cri/stages/spans.js";
import { startEvents } from "../../../src/measure/cri/stages/start-spans.js";
import { freePort } from "../../../src/measure/system/free-port.js";
import type { LabError } from "../../../src/model/errors.js";
import { field, message } from "../../support/protobuf.js";

const test = suite("containerd's spans");

/** Milliseconds of a start, and its names, as containerd 2.1.9 sent them. */
interface Sent {
  readonly trace: string;
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly events?: Readonly<Record<string, number>>;
}
const epochNs = 1_795_702_172_000_000_000n;
const at = (ms: number) => epochNs + BigInt(Math.round(ms * 1e6));
const keyValue = ([key, value]: readonly [string, string]) => message(field(1, key), field(2, field(1, value)));

const span = ({ trace, name, from, to, attributes = {}, events = {} }: Sent) =>
  message(
    ...[field(1, Buffer.from(trace, "hex")), field(2, Buffer.from("0b08", "hex")), field(5, name), field(6, 2)],
    ...[field(7, at(from)), field(8, at(to))],
    ...Object.entries(attributes).map(pair => field(9, keyValue(pair))),
    ...Object.entries(events).map(([what, ms]) => field(11, message(field(1, at(ms)), field(2, what)))),
  );

/** `ExportTraceServiceRequest`, encoded by hand from OpenTelemetry's published field numbers. */
const request = (...spans: readonly Sent[]) =>
  field(1, message(field(1, ""), field(2, message(...spans.map(each => field(2, span(each)))))));

const ofSandbox = (trace: string, id: string): readonly Sent[] => [
  {
    trace,
    name: "runtime.v1.RuntimeService/RunPodSandbox",
    from: 674.9,
    to: 738.93,
    attributes: { "sandbox.id": id },
    events: { "setup pod network": 676.58 },
  },
  { trace, name: "metadata.sandbox.Update", from: 677.52, to: 677.81 },
  { trace, name: "metadata.sandbox.Update", from: 686.76, to: 687.3 },
  { trace, name: "client.NewContainer", from: 688.17, to: 691.03, attributes: { "container.id": id } },
  { trace, name: "containerd.task.v3.Task/Create", from: 704.4, to: 731.09 },
  { trace, name: "containerd.task.v3.Task/Start", from: 731.98, to: 737.31 },
  { trace, name: "metadata.sandbox.Update", from: 737.98, to: 738.61 },
];
const sent = "1795702172";
const epochMs = (ms: number) => Number(`${sent}${String(ms.toFixed(3)).padStart(7, "0")}`);

async function received(...bodies: readonly Buffer[]) {
  const port = await freePort();
  const receiver = await SpanReceiver.on(port);
  try {
    for (const body of bodies) {
      const { status } = await fetch(`http://127.0.0.1:${port}/v1/traces`, {
        method: "POST",
        body: new Uint8Array(body),
      });
      assert.is(status, 200);
    }
    return startEvents(receiver.spans());
  } finally {
    receiver.close();
  }
}

test("a sandbox's network, its shim and the start of its task are read from the spans of its call", async () => {
  const trace = ofSandbox("65b2cf01", "07ddcc04");
  assert.equal(await received(request(...trace.slice(0, 3)), request(...trace.slice(3))), [
    { topic: "network begins", id: "07ddcc04", epochMs: epochMs(676.58) },
    { topic: "network ends", id: "07ddcc04", epochMs: epochMs(686.76) },
    { topic: "shim up", id: "07ddcc04", epochMs: epochMs(704.4) },
    { topic: "/tasks/start", id: "07ddcc04", epochMs: epochMs(737.31) },
  ]);
});

test("calls that start nothing are skipped; without a pod network there are no network events; a container has its own id", async () => {
  const [run, , , ...rest] = ofSandbox("0a", "5c9c");
  const status: Sent = { trace: "0b", name: "runtime.v1.RuntimeService/PodSandboxStatus", from: 1, to: 2 };
  const start: Sent = {
    trace: "0c",
    name: "runtime.v1.RuntimeService/StartContainer",
    from: 755.08,
    to: 793.72,
    attributes: { "container.id": "b3a3", "sandbox.id": "5c9c" },
  };
  const started: Sent = { trace: "0c", name: "containerd.task.v3.Task/Start", from: 786.79, to: 790.91 };
  const found = await received(request({ ...run!, events: {} }, ...rest, status, start, started));
  assert.equal(
    found.map(({ topic, id }) => `${id}: ${topic}`),
    ["5c9c: shim up", "5c9c: /tasks/start", "b3a3: /tasks/start"],
  );
});

test("a damaged body is left out, and the bodies after it are read", async () => {
  const found = await received(Buffer.from([0x0a, 0xff, 0x01]), request(...ofSandbox("0a", "5c9c")));
  assert.is(found.length, 4);
});

test("a port that another process uses is an error with the next step", async () => {
  const port = await freePort();
  const first = await SpanReceiver.on(port);
  await SpanReceiver.on(port).then(
    () => assert.unreachable("two cannot listen"),
    error => {
      assert.is(error.code, "RUND_SPANS_PORT");
      assert.match(error.hint, "env up --otel");
    },
  );
  first.close();
});

test("spans need containerd 2; an older one is refused, with the version that was found", () => {
  requireSpans([2, 1, 9]);
  try {
    requireSpans([1, 7, 24]);
    assert.unreachable("1.7 sends none");
  } catch (error) {
    assert.is((error as LabError).code, "RUND_ENV_OTEL");
    assert.match((error as LabError).message, "expected containerd 2.0 or later, found 1.7.24");
  }
});

test.run();
