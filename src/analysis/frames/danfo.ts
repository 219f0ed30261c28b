import { LabError } from "../../model/errors.js";
import { type DanfoClasses, repair } from "./repairs.js";

// biome-ignore lint/suspicious/noTsIgnore: danfojs-node is installed here, so there is no error to expect
/** @ts-ignore: without the optional danfojs-node, a frame has the type any, and a user's other code still compiles */
export type DataFrame = import("danfojs-node").DataFrame;

// biome-ignore lint/suspicious/noTsIgnore: as above
/** @ts-ignore: as above */
type Danfo = typeof import("danfojs-node");

let loaded: Promise<Danfo> | undefined;

/**
 * Returns danfo, loaded once and repaired (see `repairs.ts`).
 *
 * @throws LabError `RUND_NEEDS_DANFO` (kind `machine`) if danfojs-node is not installed
 */
export function danfo(): Promise<Danfo> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Danfo> {
  try {
    // danfo computes on TensorFlow.js; its plain CPU backend must be loaded before danfo asks for one
    await import("@tensorflow/tfjs-backend-cpu");
    // danfo has its own copy of TensorFlow.js, which finds this one and prints a warning to stderr unless it is in production mode
    const { _tfengine: engine } = globalThis as { _tfengine?: { ENV: { set(flag: string, value: boolean): void } } };
    engine?.ENV.set("PROD", true);
    const module = await import("danfojs-node");
    const own = (module as unknown as { default?: Danfo }).default ?? module;
    repair(own as unknown as DanfoClasses);
    return own;
  } catch (error) {
    loaded = undefined;
    throw new LabError("RUND_NEEDS_DANFO", "machine", "frames need danfojs-node and @tensorflow/tfjs-backend-cpu", {
      hint: "npm install danfojs-node @tensorflow/tfjs-backend-cpu, with the overrides in docs/architecture.md",
      cause: error,
    });
  }
}
