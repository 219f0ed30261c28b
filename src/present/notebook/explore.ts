import { randomUUID } from "node:crypto";
import { LabError } from "../../model/errors.js";
import type { Figure } from "../figures/drawing/figure.js";
import { type Comms, displaySink } from "./display.js";
import { figureBundle, pictureSize } from "./show.js";
import { Widget } from "./widgets.js";

/** The choices: a list of values for each name. */
export type Choices = Readonly<Record<string, readonly unknown[]>>;

/** One value for each name. */
export type Chosen<Given extends Choices> = { readonly [name in keyof Given]: Given[name][number] };

/** A figure as it is displayed. */
interface Drawn {
  readonly bundle: Awaited<ReturnType<typeof figureBundle>>;
  readonly size: ReturnType<typeof pictureSize>;
}

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
  const drawn = async (): Promise<Drawn> => {
    const chosen = Object.entries(at).map(([name, index]) => [name, choices[name]![index]]);
    const figure = await draw(Object.fromEntries(chosen) as Chosen<Given>);
    return { bundle: await figureBundle(figure), size: pictureSize(figure) };
  };
  const displayId = randomUUID();
  const first = await drawn();

  if (sink.comms !== undefined) {
    const panel = new Panel(sink.comms, drawn);
    for (const [name, values] of Object.entries(choices)) {
      panel.add(name, values, async index => {
        at[name] = index;
        const { bundle, size } = await drawn();
        sink.update(displayId, bundle, size);
        panel.show({ bundle, size });
      });
    }
    const names = Object.entries(choices).map(([name, all]) => `${name}: ${String(all[0])} to ${String(all.at(-1))}`);
    sink.display({
      ...panel.view,
      "text/plain": `${names.join("\n")}\nChoosing a value needs Jupyter's widgets (ipywidgets).`,
    });
  }
  sink.display(first.bundle, { displayId, ...first.size });
}

/**
 * The sliders.
 *
 * A page that was opened after the figure was displayed does not know the figure's display id, so the figure there cannot be
 * replaced. In such a page the panel is displayed a second time. From then on the panel contains the figure, in place of the one
 * below it.
 */
class Panel {
  readonly #box: Widget;
  readonly #sliders: Widget[] = [];
  readonly #className = `rund-lab-${randomUUID()}`;
  #picture: Widget | undefined;
  #views = 0;
  #appeared = 0;

  constructor(
    private readonly comms: Comms,
    drawn: () => Promise<Drawn>,
  ) {
    const state = { _dom_classes: [this.#className], _view_count: 0, children: [] };
    this.#box = new Widget(comms, "VBox", state, async ({ _view_count: views }) => {
      if (typeof views !== "number") return;
      if (views > this.#views) this.#appeared++;
      this.#views = views;
      if (this.#appeared < 2 || this.#picture !== undefined) return;
      const now = await drawn();
      this.#openPicture();
      this.show(now);
    });
  }

  get view(): Widget["view"] {
    return this.#box.view;
  }

  /**
   * Adds a slider over a list of values.
   *
   * @param moved called with the index of the chosen value
   */
  add(name: string, values: readonly unknown[], moved: (index: number) => Promise<void>): void {
    const layout = new Widget(this.comms, "Layout", {});
    const style = new Widget(this.comms, "SliderStyle", {
      _view_module: "@jupyter-widgets/base",
      _view_name: "StyleView",
      description_width: "initial",
    });
    const state = {
      _options_labels: values.map(String),
      index: 0,
      description: name,
      // the figure is drawn when the reader releases the slider
      continuous_update: false,
      layout: layout.reference,
      style: style.reference,
    };
    const slider = new Widget(this.comms, "SelectionSlider", state, async ({ index }) => {
      if (typeof index === "number" && index in values) await moved(index);
    });
    this.#sliders.push(slider);
    this.#box.set({ children: this.#sliders.map(each => each.reference) });
  }

  /** Shows a figure if the panel contains one. */
  show({ bundle, size }: Drawn): void {
    const value = Buffer.from(String(bundle["image/png"]), "base64");
    this.#picture?.set({ value, width: String(size.metadata["image/png"].width) });
  }

  #openPicture(): void {
    // the output below the panel in JupyterLab and in classic Notebook
    const below = ["jp-OutputArea-child", "output_area"].map(each => `.${each}:has(.${this.#className}) + .${each}`);
    const style = new Widget(this.comms, "HTML", { value: `<style>${below.join(", ")} { display: none }</style>` });
    this.#picture = new Widget(this.comms, "Image", { format: "png" });
    this.#box.set({ children: [...this.#sliders, style, this.#picture].map(each => each.reference) });
  }
}
