import { readdirSync, readFileSync } from "node:fs";
import { type Need, which } from "../../support/needs.js";

/** Loop devices that show a file whose path contains a text. */
export const loopsOf = (text: string): readonly string[] =>
  readdirSync("/sys/block").filter(name => name.startsWith("loop") && backing(name).includes(text));

function backing(name: string): string {
  try {
    return readFileSync(`/sys/block/${name}/loop/backing_file`, "utf8");
  } catch {
    return "";
  }
}

/** A btrfs can be made in a file and mounted. */
export const needsBtrfs: Need = {
  name: "btrfs-progs, and a kernel with btrfs",
  here: which("mkfs.btrfs") !== undefined && /\bbtrfs$/m.test(readFileSync("/proc/filesystems", "utf8")),
  optional: true,
};
