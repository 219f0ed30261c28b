import { join } from "node:path";
import type { Step } from "./steps.js";

/** The pool's name, as containerd's config refers to it. */
export const poolName = "containerd-pool";

const sectorBytes = 512;
const dataGiB = 100;
const metadataGiB = 40;
const dataBlockSectors = 128;
const lowWaterBlocks = 32768;

/** Returns the file in the pool's folder in which containerd stores its data about the pool's devices. */
const snapshots = (folder: string): string => join(folder, "snapshots");

/**
 * Returns the steps that make the device-mapper thin pool of the paper's machine: two sparse files on loop devices. No device of
 * the pool's name may exist. The steps are undone as one group, so that a pool in use keeps its loop devices and files.
 *
 * @param folder the folder of the files, which grow as data is written
 */
export function poolSteps(folder: string): Step[] {
  const sectors = (dataGiB * 1024 ** 3) / sectorBytes;
  const files = [
    { name: "DATA", file: join(folder, "data"), gib: dataGiB },
    { name: "META", file: join(folder, "metadata"), gib: metadataGiB },
  ];
  const table = `0 ${sectors} thin-pool \${META} \${DATA} ${dataBlockSectors} ${lowWaterBlocks}`;
  const undo: Step[] = [
    { kind: "command", argv: ["dmsetup", "info", poolName], capture: "POOL", mayFail: true },
    { kind: "command", argv: ["dmsetup", "remove", poolName], onlyWith: "POOL" },
    ...files.flatMap(({ name, file }): Step[] => [
      { kind: "command", argv: ["losetup", "--noheadings", "--output", "NAME", "--associated", file], capture: name },
      { kind: "command", argv: ["losetup", "--detach", `\${${name}}`], onlyWith: name },
    ]),
    { kind: "command", argv: ["rm", "-r", "-f", ...files.map(({ file }) => file), snapshots(folder)] },
  ];
  return [
    { kind: "command", argv: ["mkdir", "-p", folder] },
    { kind: "absent", argv: ["dmsetup", "info", poolName], what: `a device-mapper device called ${poolName}` },
    ...files.map(({ file, gib }): Step => ({ kind: "command", argv: ["truncate", "--size", `${gib}G`, file], undo })),
    ...files.map(
      ({ name, file }): Step => ({ kind: "command", argv: ["losetup", "--find", "--show", file], capture: name, undo }),
    ),
    { kind: "command", argv: ["dmsetup", "create", poolName, "--table", table], undo },
  ];
}

/** Returns the section of containerd's config (version 2) that makes it use the pool. */
export function poolConfig(folder: string): string {
  return `[plugins."io.containerd.snapshotter.v1.devmapper"]
  pool_name = "${poolName}"
  root_path = "${snapshots(folder)}"
  base_image_size = "40GB"
`;
}
