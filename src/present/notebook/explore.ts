import { randomUUID } from "node:crypto";
import { LabError } from "../../model/errors.js";
import type { Figure } from "../figures/drawing/figure.js";
import { type Comm, type CommMessage, displaySink } from "./display.js";
import { figureBundle } from "./show.js";

/** The choices: a list of values for each name. */
export type Choices = Readonly<Record<string, readonly unknown[]>>;

/** One value for each name. */
export type Chosen<Given extends Choices> = { readonly [name in keyof Given]: Given[name][number] };

const controls = "@jupyter-widgets/controls";
/** Returns the state of a widget in the form of widget managers of version 7 and 8. */
const module = (name: string, version: string, model: string) => ({
  _model_module: name,
  _model_module_version: version,
  _model_name: `${model}Model`,
  _view_module: name,
  _view_module_version: version,
});

/**
 * Displays a figure below a slider for each choice. When a slider moves, the kernel draws the figure again.
 *
 * If the front end has no widget manager, only the figure for the first values appears.
 *
 * @param draw makes the figure for the chosen values
 * @param choices the values of each slider, in order
 * @throws LabError `RUND_NO_CHOICE` (usage) if a slider has no values
 */
export async function explore<const Given extends Choices>(
  draw: (chosen: Chosen<Given>) => Figure | Promise<Figure>,
  choices: Given,
): Promise<void> {
  const empty = Object.keys(choices).find(name => choices[name]!.length === 0);
  if (empty !== undefined || Object.keys(choices).length === 0) {
    throw new LabError("RUND_NO_CHOICE", "usage", "", {
      where: `explore: ${empty ?? "choices"}`,
      expected: "a list of at least one value",
      found: "nothing",
    });
  }
  const sink = displaySink();
  const at: Record<string, number> = Object.fromEntries(Object.keys(choices).map(name => [name, 0]));
  const chosen = () =>
    Object.fromEntries(Object.entries(at).map(([name, index]) => [name, choices[name]![index]])) as Chosen<Given>;
  const displayId = randomUUID();
  const bundle = async () => figureBundle(await draw(chosen()));
  const first = await bundle();

  for (const [name, values] of Object.entries(choices)) {
    slider(name, values, async index => {
      at[name] = index;
      sink.update(displayId, await bundle());
    });
  }
  sink.display(first, { displayId });
}

/**
 * Displays a slider over a list of values.
 *
 * @param moved called with the index of the chosen value
 */
function slider(name: string, values: readonly unknown[], moved: (index: number) => Promise<void>): void {
  const { comms, display } = displaySink();
  if (comms === undefined) return;
  const open = (state: object): [Comm, object] => {
    const options = { metadata: { version: "2.1.0" } };
    return [comms.open("jupyter.widget", { state, buffer_paths: [] }, options), state];
  };
  const [layout] = serve(open({ ...module("@jupyter-widgets/base", "*", "Layout"), _view_name: "LayoutView" }));
  const [style] = serve(
    open({
      ...module(controls, "*", "SliderStyle"),
      _view_module: "@jupyter-widgets/base",
      _view_name: "StyleView",
      description_width: "initial",
    }),
  );
  const [comm] = serve(
    open({
      ...module(controls, "*", "SelectionSlider"),
      _view_name: "SelectionSliderView",
      _options_labels: values.map(String),
      index: 0,
      description: name,
      // the figure is drawn when the reader releases the slider
      continuous_update: false,
      orientation: "horizontal",
      readout: true,
      layout: `IPY_MODEL_${layout.id}`,
      style: `IPY_MODEL_${style.id}`,
    }),
    async ({ index }) => {
      if (typeof index === "number" && index in values) await moved(index);
    },
  );
  display({
    "application/vnd.jupyter.widget-view+json": { model_id: comm.id, version_major: 2, version_minor: 0 },
    "text/plain": `${name}: ${String(values[0])} to ${String(values.at(-1))}; choosing a value needs Jupyter's widgets (ipywidgets)`,
  });
}

/** Answers the front end's requests for a widget's state, and receives its changes. */
function serve(
  [comm, state]: [Comm, object],
  changed: (changes: Readonly<Record<string, unknown>>) => Promise<void> = async () => {},
): [Comm, object] {
  comm.received = async ({ data }: CommMessage) => {
    if (data.method === "request_state") comm.send({ method: "update", state, buffer_paths: [] });
    if (data.method !== "update") return;
    const changes = (data.state ?? {}) as Readonly<Record<string, unknown>>;
    Object.assign(state, changes);
    await changed(changes);
  };
  return [comm, state];
}
