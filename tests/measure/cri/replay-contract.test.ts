import { suite } from "uvu";
import { connectCri, type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import { criContract, type Service } from "./contract.js";
import { recording } from "./replay-source.js";

const test = suite("the CRI contract: gRPC client, replay server");
let server: ReplayServer;
let service: Service;
test.before(async () => {
  // no real runtime starts a sandbox within a millisecond: the one that is given up after one must wait here, too
  const slow = { kind: "slow", delayMs: 500 } as const;
  const faults = [{ method: "RunPodSandbox", labels: { "rund-lab.test": "deadline" }, does: slow }] as const;
  server = await startReplayServer(recording([], ["kata", "rund"]), { faults });
  service = { client: connectCri(server.endpoint), handler: "rund" };
});
test.after(async () => {
  service.client.close();
  await server.close();
});
criContract(test, () => service);
test.run();
