import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type CgroupMode, cgroupMode } from "./cgroups.js";
import { fieldsOf, readProc } from "./proc.js";

/** The properties of a machine on which measurements depend. A property that the machine does not report is null. */
export interface Fingerprint {
  /** Equal for campaigns on the same machine, and not secret: a digest of its machine-id, 12 hex digits. */
  readonly id: string;
  readonly cpu: string | null;
  /** Number of logical processors that are online. */
  readonly cores: number;
  readonly memoryMiB: number;
  readonly architecture: string;
  readonly kernel: string;
  readonly distribution: string | null;
  readonly cgroups: CgroupMode | null;
  /** The frequency governor of the first processor; null if the kernel does not control the frequency, as in most guests. */
  readonly governor: string | null;
  /** The kernel's boot parameters. */
  readonly kernelParameters: string | null;
  readonly microcode: string | null;
  /** The kernel's mitigation of each known vulnerability of the processor, sorted by name. */
  readonly mitigations: string | null;
  readonly transparentHugePages: string | null;
  /** Whether the processor reports that it runs a guest. */
  readonly virtualised: boolean;
}

/**
 * Reads the fingerprint of this machine.
 *
 * @param root the folder that contains proc, sys and etc
 */
export function readFingerprint(root = "/"): Fingerprint {
  const read = (file: string) => readProc(join(root, file));
  const cpuinfo = read("proc/cpuinfo") ?? "";
  const field = (text: string, name: string) =>
    new RegExp(`^${name}\\s*[:=]\\s*"?(.*?)"?\\s*$`, "m").exec(text)?.[1] ?? null;
  const machine = read("etc/machine-id")?.trim() || read("proc/sys/kernel/random/boot_id")?.trim() || "unknown";
  const kib = fieldsOf(read("proc/meminfo") ?? "").get("MemTotal") ?? 0;
  return {
    id: createHash("sha256").update(`rund-lab ${machine}`).digest("hex").slice(0, 12),
    cpu: field(cpuinfo, "model name") ?? field(cpuinfo, "CPU part"),
    cores: [...cpuinfo.matchAll(/^processor\s*:/gm)].length,
    memoryMiB: Math.round(kib / 1024),
    architecture: process.arch,
    kernel: read("proc/sys/kernel/osrelease")?.trim() ?? "",
    distribution: field(read("etc/os-release") ?? "", "PRETTY_NAME"),
    cgroups: cgroupMode(root),
    governor: read("sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")?.trim() ?? null,
    kernelParameters: read("proc/cmdline")?.trim() ?? null,
    microcode: field(cpuinfo, "microcode"),
    mitigations: mitigations(join(root, "sys/devices/system/cpu/vulnerabilities")),
    transparentHugePages: /\[(\w+)\]/.exec(read("sys/kernel/mm/transparent_hugepage/enabled") ?? "")?.[1] ?? null,
    virtualised: /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo),
  };
}

function mitigations(folder: string): string | null {
  if (!existsSync(folder)) return null;
  return readdirSync(folder)
    .sort()
    .map(name => `${name}: ${readProc(join(folder, name))?.trim() ?? "unknown"}`)
    .join("; ");
}
