/** Colours of the stages: blues for the sandbox, green for its network, warm ones for the container, purple for the process. */
const colours: Readonly<Record<string, string>> = {
  "API server": "#4d4f53",
  scheduler: "#8a8d91",
  "API server and scheduler": "#6b6e72",
  kubelet: "#c4c0ae",
  "kubelet and runtime": "#c4c0ae",
  sandbox: "#2f6db3",
  "sandbox snapshot": "#9cc3e6",
  "sandbox snapshot and record": "#9cc3e6",
  "sandbox record": "#6a9fd4",
  "before the network": "#b9d9b4",
  network: "#3f9a4f",
  "shim start": "#4a86c8",
  "sandbox create": "#2f6db3",
  "shim and sandbox create": "#2f6db3",
  "sandbox start": "#1d4a80",
  "sandbox start and answer": "#1d4a80",
  "sandbox answer": "#12315a",
  "READY seen": "#7d8590",
  "image pull": "#b3321b",
  "container snapshot": "#f6cf8b",
  "container record": "#eab04c",
  "container created": "#eab04c",
  "create answer": "#d69422",
  "container create": "#c9661c",
  "container start": "#9a430f",
  "container started": "#9a430f",
  container: "#c9661c",
  "container start and first line": "#9a430f",
  "first line": "#a87fd0",
  "start reported": "#c9b3e0",
  "start answer": "#c9b3e0",
  response: "#5e2f91",
};

/** Returns the colour of a stage; grey for time that is not attributed. */
export const stageColour = (name: string): string => colours[name] ?? "#b6bcc4";

/** All stages that have a colour, in their usual order. */
const order = Object.keys(colours);
const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

/** Compares two stages by their order in the legend, for sorting; those without a colour come last. */
export const byStage = (a: string, b: string): number => rank(a) - rank(b);

/** Returns the height in pixels of a legend below the plot, which has at most two columns on a phone. */
export const legendBelow = (names: readonly string[]): number => Math.ceil(names.length / 2) * 19 + 12;
