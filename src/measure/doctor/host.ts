import { accessSync, constants, existsSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import type { Fingerprint } from "../host/fingerprint.js";
import { readProc } from "../host/proc.js";
import { type CheckResult, fine, lacking } from "./check-result.js";

/** The machine counts as quiet if at most this share of its processors is busy before a campaign. */
const quietLoad = 0.2;

/** Checks the machine itself: the user, control groups, KVM, processor frequency, other load. */
export function hostChecks({ cgroups, governor, virtualised }: Fingerprint): CheckResult[] {
  const [load = 0] = loadavg();
  const busy = load / availableParallelism();
  return [
    process.getuid?.() === 0
      ? fine("root", "yes")
      : lacking(
          "root",
          `user ${process.getuid?.()}`,
          "run it with sudo: containerd's socket and a private containerd need root",
        ),
    cgroupsCheck(cgroups, readProc("/sys/fs/cgroup/cgroup.controllers") ?? ""),
    kvm(virtualised),
    governor === null || governor === "performance"
      ? fine("governor", governor ?? "none (the kernel sets no frequency)")
      : lacking(
          "governor",
          governor,
          "cpupower frequency-set -g performance; otherwise the clock rate rises during a round",
        ),
    busy <= quietLoad
      ? fine("other load", `${load.toFixed(2)} (1 min)`)
      : lacking(
          "other load",
          `${load.toFixed(2)} on ${availableParallelism()} processors`,
          "look at `top` and stop other programs, or expect wider intervals",
        ),
  ];
}

/** The controllers that runc and crun need for a sandbox: if one is missing, each start fails. */
const neededControllers = ["cpu", "memory", "pids"];

/**
 * Checks the control groups. In v2 a host, or a container, may have only some of the controllers.
 *
 * @param controllers those of the v2 hierarchy's root, separated by spaces
 * @example cgroupsCheck("v2", "cpuset cpu io memory pids\n").ok // true
 * @example cgroupsCheck("v2", "hugetlb\n").found // "v2, without the controllers cpu, memory, pids"
 */
export function cgroupsCheck(mode: Fingerprint["cgroups"], controllers: string): CheckResult {
  const check = "cgroups";
  if (mode === null) return lacking(check, "none mounted", "mount -t cgroup2 none /sys/fs/cgroup");
  const missing = neededControllers.filter(name => !controllers.split(/\s+/).includes(name));
  if (mode !== "v2" || missing.length === 0) return fine(check, mode);
  return lacking(
    check,
    `v2, without the controllers ${missing.join(", ")}`,
    "without them each start with runc or crun fails: enable them in cgroup.subtree_control of the groups above, or unmount them from v1",
  );
}

function kvm(virtualised: boolean): CheckResult {
  const needed = "Kata, Firecracker and RunD need it; runc, crun and gVisor do not";
  if (!existsSync("/dev/kvm")) {
    const how = virtualised
      ? "this is a virtual machine: switch on nested virtualisation, or use bare metal"
      : "modprobe kvm_intel or kvm_amd";
    return lacking("kvm", "no /dev/kvm", `${needed}: ${how}`);
  }
  try {
    accessSync("/dev/kvm", constants.R_OK | constants.W_OK);
    return fine("kvm", virtualised ? "/dev/kvm (nested: slower than bare metal)" : "/dev/kvm");
  } catch {
    return lacking("kvm", "/dev/kvm, but not for this user", `${needed}: run it as root`);
  }
}
