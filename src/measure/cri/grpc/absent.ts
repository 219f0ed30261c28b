import { LabError } from "../../../model/errors.js";
import type { CriClient } from "./client.js";

const refuse = async (): Promise<never> => {
  throw new LabError("RUND_NO_SERVICE", "machine", "this campaign has no CRI service", {
    hint: "its experiments start no sandboxes: leave out options that need one, such as --image",
  });
};

/** The client of a campaign without a service: it lists and starts nothing. */
export const absentCri: CriClient = {
  driver: "none",
  version: async () => ({ runtimeName: "none", runtimeVersion: "", runtimeApiVersion: "" }),
  status: async () => ({ conditions: [], info: {} }),
  cgroupDriver: async () => null,
  listPodSandbox: async () => [],
  stopPodSandbox: async () => {},
  removePodSandbox: async () => {},
  runPodSandbox: refuse,
  podSandboxStatus: refuse,
  createContainer: refuse,
  startContainer: refuse,
  containerStatus: refuse,
  imageStatus: async () => null,
  pullImage: refuse,
  close: () => {},
};
