/** The names of a runtime in tables, figures and messages. `measure/runtimes/` declares how it is started and measured. */
export interface RuntimeName {
  /** The id in folder names, tables and on the command line: `katafc`. */
  readonly id: string;
  /** For people: `Kata-FC`. */
  readonly label: string;
}

/**
 * The runtimes whose labels are known without a campaign's record, as for the artifact's logs, in the order of tables and
 * legends. A campaign records the label of each declared runtime, so others need no entry here.
 */
export const knownRuntimes: readonly RuntimeName[] = [
  { id: "kata", label: "Kata-QEMU" },
  { id: "katafc", label: "Kata-FC" },
  { id: "katatemplate", label: "Kata-template" },
  { id: "rund", label: "RunD" },
  { id: "runc", label: "runc" },
  { id: "crun", label: "crun" },
  { id: "runsc", label: "gVisor" },
  { id: "kata3qemu", label: "Kata 3 QEMU" },
  { id: "kata3clh", label: "Kata 3 Cloud Hypervisor" },
  { id: "kata3fc", label: "Kata 3 Firecracker" },
  { id: "kata3dragonball", label: "Kata 3 Dragonball" },
];

/**
 * Returns a runtime's label; for an unknown id, the id itself.
 *
 * @example runtimeLabel("katafc") // "Kata-FC"
 * @example runtimeLabel("mine") // "mine"
 */
export function runtimeLabel(id: string): string {
  return knownRuntimes.find(runtime => runtime.id === id)?.label ?? id;
}

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
  return place(a) - place(b) || (a < b ? -1 : a > b ? 1 : 0);
}
