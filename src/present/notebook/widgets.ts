import type { Comm, Comms } from "./display.js";

/** The state of a widget, or a part of it: values by their names in Jupyter's widget protocol. */
export type WidgetState = Readonly<Record<string, unknown>>;

const base = "@jupyter-widgets/base";
const controls = "@jupyter-widgets/controls";

/** A widget in the front end, in the form that the widget managers of ipywidgets 7 and 8 understand. */
export class Widget {
  readonly #comm: Comm;

  /**
   * Creates a widget. It appears where it is displayed, or as a child of another widget.
   *
   * @param name the widget's kind, such as "VBox"
   * @param state values that differ from the defaults of its kind
   * @param changed called with the values that the front end has changed
   */
  constructor(comms: Comms, name: string, state: WidgetState, changed: (changes: WidgetState) => unknown = () => {}) {
    const module = name === "Layout" ? base : controls;
    const kind = {
      _model_module: module,
      _model_module_version: "*",
      _model_name: `${name}Model`,
      _view_module: module,
      _view_module_version: "*",
      _view_name: `${name}View`,
    };
    const opened = { state: { ...kind, ...state }, buffer_paths: [] };
    this.#comm = comms.open("jupyter.widget", opened, { metadata: { version: "2.1.0" } });
    this.#comm.received = ({ data }) => {
      if (data.method === "update") return changed((data.state ?? {}) as WidgetState);
    };
  }

  /** The text by which another widget's state refers to this widget. */
  get reference(): string {
    return `IPY_MODEL_${this.#comm.id}`;
  }

  /** The entry of a MIME bundle that shows this widget. */
  get view(): Readonly<Record<string, unknown>> {
    const json = { model_id: this.#comm.id, version_major: 2, version_minor: 0 };
    return { "application/vnd.jupyter.widget-view+json": json };
  }

  /** Changes values. Bytes are sent as binary data, not as base64. */
  set(state: WidgetState): void {
    const entries = Object.entries(state);
    const binary = entries.filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array);
    this.#comm.send(
      {
        method: "update",
        state: Object.fromEntries(entries.filter(([, value]) => !(value instanceof Uint8Array))),
        buffer_paths: binary.map(([name]) => [name]),
      },
      { buffers: binary.map(([, value]) => value) },
    );
  }
}
