import { createRequire } from "node:module";
import type { Content } from "../../jupyter/wire.js";
import { type Comms, type DisplaySink, displaySinkKey, type MimeBundle } from "../../present/notebook/display.js";
import { portable } from "./serialise.js";

type Publish = (type: string, content: Content) => void;

/** Installs the sink to which cells and libraries write what they display. */
export function installDisplay(publish: Publish, comms: Comms): void {
  const sink: DisplaySink = {
    comms,
    display: (data, { metadata = {}, displayId } = {}) =>
      publish("display_data", {
        data: portable(data),
        metadata,
        transient: displayId === undefined ? {} : { display_id: displayId },
      }),
    update: (displayId, data, { metadata = {} } = {}) =>
      publish("update_display_data", { data: portable(data), metadata, transient: { display_id: displayId } }),
    clear: (wait = false) => publish("clear_output", { wait: Boolean(wait) }),
  };
  Object.assign(globalThis, { [displaySinkKey]: sink });
}

/** Returns tslab's own library for cells, whose display writes to our sink. */
export function tslabLibrary(publish: Publish): unknown {
  const require = createRequire(import.meta.url);
  const jupyter = require("tslab/dist/jupyter.js") as { lastWriteDisplayData: unknown };
  jupyter.lastWriteDisplayData ??= (data: Content & { data: MimeBundle }, update?: boolean) =>
    publish(update === true ? "update_display_data" : "display_data", withDefinedId(data));
  return require("tslab");
}

function withDefinedId(data: Content): Content {
  const { display_id } = (data.transient ?? {}) as { display_id?: string };
  return { ...data, transient: display_id === undefined ? {} : { display_id } };
}
