import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { stagesOf } from "../../../src/analysis/stages/index.js";
import { endOf, type ReadySample } from "../../../src/campaign-files/index.js";
import { EventStream } from "../../../src/measure/cri/stages/events.js";
import { machineClock } from "../../../src/measure/round/clock.js";
import { addMarks } from "../../../src/measure/workload/marks.js";
import { until } from "../../support/child-command.js";
import { inTempFolder } from "../../support/temp.js";
import { EventsService, envelope } from "../cri/events-service.js";

const test = suite("containerd's events in a cold start's stages");

const releasedMs = 1_795_702_172_000;
const from = { atNs: 0n, epochMs: releasedMs };
const sample: ReadySample = {
  status: "ready",
  client: 1,
  sandbox: "sandbox-1",
  sentMs: 0.5,
  answeredMs: 50,
  readyMs: 52.25,
  until: "output",
  createdMs: 60,
  startedMs: 110.125,
  outputMs: 109,
};
const topics = ["/snapshot/prepare", "/containers/create", "/tasks/create", "/tasks/start"];
const sandboxTimes = [3, 4.25, 45, 49];
const containerTimes = [54, 55, 101, 107.5];
const eventsOf = (id: string, times: readonly number[]) =>
  times.map((ms, index) => envelope({ topic: topics[index]!, id, epochMs: releasedMs + ms }));
const all = [...eventsOf("sandbox-1", sandboxTimes), ...eventsOf("container-1", containerTimes)];
const containerIds = new Map([[1, "container-1"]]);

/** The sample after a round in which a service did this with its events. */
async function completed(act: (service: EventsService) => void): Promise<ReadySample> {
  return inTempFolder(async folder => {
    const socket = join(folder, "events.sock");
    const service = await EventsService.on(socket);
    const stream = new EventStream(socket);
    try {
      await service.subscribed();
      act(service);
      const [only] = await addMarks([sample], [stream], { containerIds, podNetwork: false }, from, machineClock);
      return only as ReadySample;
    } finally {
      stream.close();
      service.close();
    }
  });
}

/** Whatever became of the events, every time of the sample is what it was, and its stages add up to its latency. */
function assertUntouched(marked: ReadySample): void {
  const { marks, marksMissing, ...rest } = marked;
  assert.equal(rest, sample);
  const us = stagesOf(marked).reduce((sum, { fromMs, toMs }) => sum + Math.round(toMs * 1000 - fromMs * 1000), 0);
  assert.is(us, Math.round(endOf(sample) * 1000) - Math.round(sample.sentMs * 1000));
}

test("every event becomes a mark, to the microsecond, and nothing is missing", async () => {
  const marked = await completed(service => service.send(...all));
  assert.equal(marked.marks, {
    sandboxSnapshot: 3,
    sandboxRecord: 4.25,
    sandboxTask: 45,
    sandboxStart: 49,
    containerSnapshot: 54,
    containerRecord: 55,
    containerTask: 101,
    containerStart: 107.5,
  });
  assert.not.ok("marksMissing" in marked);
  assertUntouched(marked);
});

test("a stream that breaks makes stages coarser, and the sample lists the missing marks", async () => {
  const marked = await completed(service => {
    service.send(...all.slice(0, 4));
    service.breakOff();
  });
  assert.equal(marked.marksMissing, ["containerSnapshot", "containerRecord", "containerTask", "containerStart"]);
  assertUntouched(marked);
  assert.ok(stagesOf(marked).some(({ name }) => name === "container start and first line"));
});

test("dropped events are listed as missing, and the stages around them are merged", async () => {
  const marked = await completed(service => service.send(...all.filter((_, index) => index !== 2)));
  assert.equal(marked.marksMissing, ["sandboxTask"]);
  assertUntouched(marked);
});

test("events that come within half a second after the round still count; later ones are missing", async () => {
  const late = await completed(service => {
    service.send(...all.slice(0, 6));
    setTimeout(() => service.send(...all.slice(6)), 50);
  });
  assert.is(late.marks?.containerStart, 107.5);
  assert.not.ok("marksMissing" in late);
  const never = await completed(service => service.send(...all.slice(0, 6)));
  assert.equal(never.marksMissing, ["containerTask", "containerStart"]);
  assertUntouched(never);
});

test("events of other sandboxes, such as those of another campaign, are ignored", async () => {
  const marked = await completed(service =>
    service.send(...eventsOf("sandbox-2", [1, 2, 3, 4]), ...all, ...eventsOf("container-2", [5, 6, 7, 8])),
  );
  assert.equal([marked.marks?.sandboxSnapshot, marked.marks?.containerStart], [3, 107.5]);
  const foreign = await completed(service => {
    service.send(...eventsOf("sandbox-2", [1, 2, 3, 4]));
    service.breakOff();
  });
  assert.is(foreign.marks, undefined);
  assert.is(foreign.marksMissing?.length, 8);
  assertUntouched(foreign);
});

test("a damaged message is left out, and those after it are read", async () => {
  const marked = await completed(service => service.send(Buffer.from([0xff, 0x01, 0x02]), ...all));
  assert.not.ok("marksMissing" in marked);
});

test("without a source of events, a sample lacks all marks and nothing else", async () => {
  await inTempFolder(async folder => {
    const stream = new EventStream(join(folder, "nobody.sock"));
    await until(() => stream.broken, "the stream is not reported as broken");
    const [marked] = await addMarks([sample], [stream], { containerIds, podNetwork: false }, from, machineClock);
    stream.close();
    assert.is((marked as ReadySample).marksMissing?.length, 8);
    assertUntouched(marked as ReadySample);
  });
});

test.run();
