import { byText } from "./order.js";

/** The colours of runtimes in figures, by name; `present` defines each of them for light and dark pages. */
export const runtimeColours = [
  ...(["red", "amber", "teal", "navy", "grey", "ochre", "violet", "coral"] as const),
  ...(["blue", "bronze", "indigo", "plum", "green", "brown", "olive", "slate"] as const),
] as const;

/** The name of a colour. */
export type RuntimeColour = (typeof runtimeColours)[number];

/** The names of a runtime in tables, figures and messages. `measure/runtimes/` declares how it is started and measured. */
export interface RuntimeName {
  /** The id in folder names, tables and on the command line: `katafc`. */
  readonly id: string;
  /** For people: `Kata-FC`. */
  readonly label: string;
  /** Its colour in every figure. */
  readonly colour: RuntimeColour;
}

/**
 * The runtimes whose names are known even if no campaign records them, as in the artifact's logs; in the order of tables and
 * legends. A campaign records the label and the colour of each declared runtime, so other runtimes need no entry here.
 */
export const knownRuntimes = [
  { id: "kata", label: "Kata-QEMU", colour: "red" },
  { id: "katafc", label: "Kata-FC", colour: "amber" },
  { id: "katatemplate", label: "Kata-template", colour: "teal" },
  { id: "rund", label: "RunD", colour: "navy" },
  { id: "runc", label: "runc", colour: "grey" },
  { id: "crun", label: "crun", colour: "ochre" },
  { id: "runsc", label: "gVisor", colour: "violet" },
  { id: "kata3qemu", label: "Kata 3 QEMU", colour: "coral" },
  { id: "kata3clh", label: "Kata 3 Cloud Hypervisor", colour: "blue" },
  { id: "kata3fc", label: "Kata 3 Firecracker", colour: "bronze" },
  { id: "kata3dragonball", label: "Kata 3 Dragonball", colour: "indigo" },
] as const satisfies readonly RuntimeName[];

/** The id of a known runtime. */
export type KnownRuntime = (typeof knownRuntimes)[number]["id"];

const byId: ReadonlyMap<string, RuntimeName> = new Map(knownRuntimes.map(runtime => [runtime.id, runtime]));

/**
 * Returns a known runtime's id, label and colour.
 *
 * @example knownRuntime("rund") // { id: "rund", label: "RunD", colour: "navy" }
 */
export const knownRuntime = (id: KnownRuntime): RuntimeName => byId.get(id)!;

/**
 * Returns a runtime's label; for an unknown id, the id itself.
 *
 * @example runtimeLabel("katafc") // "Kata-FC"
 * @example runtimeLabel("mine") // "mine"
 */
export const runtimeLabel = (id: string): string => byId.get(id)?.label ?? id;

/**
 * Returns a known runtime's colour; null for an unknown id.
 *
 * @example runtimeColour("rund") // "navy"
 */
export const runtimeColour = (id: string): RuntimeColour | null => byId.get(id)?.colour ?? null;

/**
 * Compares two runtime ids for a table's rows: known ones come in their usual order, then the others by code unit.
 *
 * @example ["zeta", "rund", "kata"].sort(byRuntime) // ["kata", "rund", "zeta"]
 */
export function byRuntime(a: string, b: string): number {
  const place = (id: string) => {
    const index = knownRuntimes.findIndex(runtime => runtime.id === id);
    return index < 0 ? knownRuntimes.length : index;
  };
  return place(a) - place(b) || byText(a, b);
}
