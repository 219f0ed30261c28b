import { join } from "node:path";
import type { Step } from "./steps.js";

/** The pool's name, as containerd's config refers to it. */
export const poolName = "containerd-pool";

const sectorBytes = 512;
const dataGiB = 100;
const metadataGiB = 40;
const dataBlockSectors = 128;
const lowWaterBlocks = 32768;

/**
 * The steps that make the device-mapper thin pool of the paper's machine: two sparse files on loop devices. Nothing of that
 * name may be there.
 *
 * @param folder where the files are put; they grow with what is written
 */
export function poolSteps(folder: string): Step[] {
  const sectors = (dataGiB * 1024 ** 3) / sectorBytes;
  const files = {
    DATA: { file: join(folder, "data"), gib: dataGiB },
    META: { file: join(folder, "metadata"), gib: metadataGiB },
  };
  const table = `0 ${sectors} thin-pool \${META} \${DATA} ${dataBlockSectors} ${lowWaterBlocks}`;
  return [
    { kind: "command", argv: ["mkdir", "-p", folder] },
    { kind: "absent", argv: ["dmsetup", "info", poolName], what: `a device-mapper device called ${poolName}` },
    ...Object.values(files).map(
      ({ file, gib }): Step => ({
        kind: "command",
        argv: ["truncate", "--size", `${gib}G`, file],
        undo: [{ kind: "command", argv: ["rm", "-f", file] }],
      }),
    ),
    ...Object.entries(files).map(
      ([name, { file }]): Step => ({
        kind: "command",
        argv: ["losetup", "--find", "--show", file],
        capture: name,
        undo: [
          {
            kind: "command",
            argv: ["losetup", "--noheadings", "--output", "NAME", "--associated", file],
            capture: name,
          },
          { kind: "command", argv: ["losetup", "--detach", `\${${name}}`], onlyWith: name },
        ],
      }),
    ),
    {
      kind: "command",
      argv: ["dmsetup", "create", poolName, "--table", table],
      undo: [{ kind: "command", argv: ["dmsetup", "remove", poolName], mayFail: true }],
    },
  ];
}

/** The section of containerd's config (version 2) that makes it use the pool. */
export function poolConfig(folder: string): string {
  return `[plugins."io.containerd.snapshotter.v1.devmapper"]
  pool_name = "${poolName}"
  root_path = "${join(folder, "snapshots")}"
  base_image_size = "10GB"
`;
}
