import { suite } from "uvu";
import * as assert from "uvu/assert";
import { fig10 } from "../../../src/present/figures/index.js";
import {
  type Comm,
  type CommMessage,
  type CommOptions,
  displaySinkKey,
  type MimeBundle,
} from "../../../src/present/notebook/display.js";
import { explore } from "../../../src/present/notebook/explore.js";
import { dataset, startCell } from "../figures/dataset.js";

const test = suite("sliders above a figure");

const data = dataset("mine", { starts: [startCell("rund", 1, [100, 120]), startCell("rund", 10, [200, 220])] });

/** Returns a sink that keeps the displayed bundles, and widgets whose states can be read. */
function fakeFrontEnd() {
  const sent: { data: MimeBundle; id: string | undefined }[] = [];
  const widgets: (Comm & { readonly state: Record<string, unknown>; readonly buffers: (readonly Uint8Array[])[] })[] =
    [];
  const sink = {
    display: (bundle: MimeBundle, options?: { displayId?: string }) =>
      sent.push({ data: bundle, id: options?.displayId }),
    update: (id: string, bundle: MimeBundle) => sent.push({ data: bundle, id }),
    clear() {},
    comms: {
      open(target: string, { state }: { state: Record<string, unknown> }) {
        assert.is(target, "jupyter.widget");
        const buffers: (readonly Uint8Array[])[] = [];
        const send = (data: { state?: object }, options?: CommOptions) => {
          Object.assign(state, data.state);
          buffers.push(options?.buffers ?? []);
        };
        const comm = {
          id: String(widgets.length),
          target,
          state,
          buffers,
          send,
          close() {},
          received: undefined,
          closed: undefined,
        };
        widgets.push(comm as (typeof widgets)[number]);
        return comm;
      },
      register() {},
    },
  };
  const ofKind = (name: string) => widgets.find(({ state }) => state._model_name === `${name}Model`);
  const change = (name: string, state: object) =>
    ofKind(name)!.received!({ data: { method: "update", state }, buffers: [] } as CommMessage);
  return { sink, sent, ofKind, change };
}

test("explore shows a slider for each choice, and draws again when one is moved", async () => {
  const { sink, sent, ofKind, change } = fakeFrontEnd();
  Object.assign(globalThis, { [displaySinkKey]: sink });
  try {
    const drawn: unknown[] = [];
    await explore(
      ({ concurrency }) => {
        drawn.push(concurrency);
        return fig10([data]);
      },
      { concurrency: [1, 10, 400] },
    );
    assert.equal(ofKind("SelectionSlider")!.state._options_labels, ["1", "10", "400"]);
    assert.equal(ofKind("VBox")!.state.children, [`IPY_MODEL_${ofKind("SelectionSlider")!.id}`]);
    const [view, figure] = sent;
    const { model_id: shown } = view!.data["application/vnd.jupyter.widget-view+json"] as { model_id: string };
    assert.is(shown, ofKind("VBox")!.id);
    await change("VBox", { _view_count: 1 });
    await change("SelectionSlider", { index: 2 });
    await change("SelectionSlider", { index: 7 });
    assert.equal(drawn, [1, 400]);
    assert.equal([sent.length, sent.at(-1)!.id], [3, figure!.id]);
    assert.is(ofKind("Image"), undefined);
  } finally {
    delete (globalThis as Record<symbol, unknown>)[displaySinkKey];
  }
});

test("in a page that is opened later, the panel of sliders contains the figure", async () => {
  const { sink, sent, ofKind, change } = fakeFrontEnd();
  Object.assign(globalThis, { [displaySinkKey]: sink });
  try {
    await explore(() => fig10([data]), { concurrency: [1, 10] });
    await change("VBox", { _view_count: 1 });
    await change("VBox", { _view_count: 0 });
    await change("VBox", { _view_count: 1 });
    const image = ofKind("Image")!;
    const pictures = () => image.buffers.map(([bytes]) => Buffer.from(bytes!).toString("base64"));
    assert.equal(pictures(), [sent[1]!.data["image/png"]]);
    assert.is((ofKind("VBox")!.state.children as string[]).at(-1), `IPY_MODEL_${image.id}`);
    assert.match(ofKind("HTML")!.state.value as string, (ofKind("VBox")!.state._dom_classes as string[])[0]!);
    await change("SelectionSlider", { index: 1 });
    await change("VBox", { _view_count: 2 });
    assert.is(pictures().length, 2);
  } finally {
    delete (globalThis as Record<symbol, unknown>)[displaySinkKey];
  }
});

test.run();
