import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { connectCrictl } from "../../../src/measure/cri/crictl.js";
import { crictlFailure } from "../../../src/measure/cri/crictl-output.js";
import { CriError } from "../../../src/measure/cri/grpc/errors.js";
import { timestampNs } from "../../../src/measure/cri/grpc/timestamp.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("the output of crictl");

test("an RPC error keeps its code and text, in both forms of log lines", () => {
  const text = 'failed to reserve sandbox name "a_ns_u_0": name "a_ns_u_0" is reserved for "1f"';
  const failure = { reason: "name-taken", grpcCode: 2, details: text };
  // a terminal's form (crictl 1.16), then key=value as into a file (crictl 1.24)
  assert.equal(crictlFailure(`FATA[0000] run pod sandbox failed: rpc error: code = Unknown desc = ${text}\n`), failure);
  const message = JSON.stringify(`run pod sandbox: rpc error: code = Unknown desc = ${text}`);
  assert.equal(crictlFailure(`time="2024-05-01T10:00:00+02:00" level=fatal msg=${message}\n`), failure);
});

test("the last of several errors decides; warnings do not count", () => {
  const lines = [
    'time="2024-05-01T10:00:00Z" level=warning msg="runtime connect using default endpoints: [unix:///run/x.sock]"',
    'time="2024-05-01T10:00:00Z" level=fatal msg="getting sandbox status of pod \\"ab\\": rpc error: code = NotFound desc = an error occurred when try to find sandbox: not found"',
  ];
  assert.equal(crictlFailure(lines.join("\n")), {
    reason: "not-found",
    grpcCode: 5,
    details: "an error occurred when try to find sandbox: not found",
  });
});

test("a missing service is distinguished from other failures", () => {
  const line =
    "FATA[0002] connect: connect endpoint 'unix:///run/x.sock', make sure you are running as root and the endpoint has been started: context deadline exceeded";
  assert.is(crictlFailure(line).reason, "unavailable");
  assert.is(crictlFailure("").reason, "other");
});

test("times keep their nanoseconds and their zone", () => {
  // date -d 2024-02-29T12:34:56+05:30 +%s = 1709190296
  assert.is(timestampNs("2024-02-29T12:34:56.123456789+05:30"), 1709190296123456789n);
  assert.is(timestampNs("2024-02-29T12:34:56+05:30"), 1709190296000000000n);
});

test("an answer with invalid JSON, a missing field or an invalid time is an error with the command", () =>
  inTempFolder(async folder => {
    const [program, socket] = [join(folder, "crictl"), join(folder, "cri.sock")];
    writeFileSync(socket, "");
    for (const printed of ["WARN[0000] hello", "{}", '{"status": {"id": "a", "createdAt": "yesterday"}}']) {
      writeFileSync(program, `#!/bin/sh\necho '${printed}'\n`, { mode: 0o755 });
      const error = await connectCrictl(`unix://${socket}`, program)
        .podSandboxStatus("a")
        .then(
          () => undefined,
          (error: unknown) => error as CriError,
        );
      assert.instance(error, CriError);
      assert.is(error?.where, `${program} inspectp`);
      assert.match(error?.message ?? "", "invalid answer");
    }
  }));

test.run();
