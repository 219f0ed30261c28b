import type { Content } from "../../jupyter/wire.js";
import type { CommMessage } from "../../present/notebook/display.js";

/** The comm target of Jupyter's widgets. */
export const widgetTarget = "jupyter.widget";
/** The comm target by which a front end asks for the states of all widgets, as a page does when it is opened. */
export const controlTarget = "jupyter.widget.control";

/** The state of one widget as its messages have set it, from either side. */
export class WidgetState {
  #state: Content = {};
  /** Binary values by their paths in the state, written as JSON. */
  #buffers = new Map<string, Uint8Array>();

  /** Applies the state in a message, which replaces the values of the keys that it contains. */
  apply({ data, buffers }: CommMessage): void {
    const { state, buffer_paths: paths } = data as { state?: Content; buffer_paths?: readonly Path[] };
    if (typeof state !== "object" || state === null) return;
    this.#state = { ...this.#state, ...state };
    for (const path of this.#buffers.keys()) {
      if ((JSON.parse(path) as Path)[0]! in state) this.#buffers.delete(path);
    }
    for (const [at, path] of (Array.isArray(paths) ? paths : []).entries()) {
      if (buffers[at] !== undefined) this.#buffers.set(JSON.stringify(path), buffers[at]);
    }
  }

  /** Returns the message that sets the whole state. */
  update(): CommMessage {
    const data = { method: "update", state: this.#state, buffer_paths: this.#paths };
    return { data, buffers: [...this.#buffers.values()] };
  }

  get #paths(): Path[] {
    return [...this.#buffers.keys()].map(path => JSON.parse(path) as Path);
  }

  /** Returns the message that sets the states of several widgets, by the ids of their comms. */
  static updateAll(widgets: ReadonlyMap<string, WidgetState>): CommMessage {
    const all = [...widgets];
    const states = all.map(([id, widget]) => {
      const { _model_name, _model_module, _model_module_version } = widget.#state;
      const model = {
        model_name: _model_name,
        model_module: _model_module,
        model_module_version: _model_module_version,
      };
      return [id, { ...model, state: widget.#state }];
    });
    return {
      data: {
        method: "update_states",
        states: Object.fromEntries(states),
        buffer_paths: all.flatMap(([id, widget]) => widget.#paths.map(path => [id, ...path])),
      },
      buffers: all.flatMap(([, widget]) => [...widget.#buffers.values()]),
    };
  }
}

type Path = readonly (string | number)[];
