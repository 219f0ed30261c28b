import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cgroupMode } from "../../../src/measure/host/cgroups.js";
import { readFingerprint } from "../../../src/measure/host/fingerprint.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("a machine's fingerprint");

const machine = {
  "proc/cpuinfo":
    "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Platinum\nmicrocode\t: 0x2006b06\nflags\t\t: fpu vmx hypervisor\n\nprocessor\t: 1\nmodel name\t: Intel(R) Xeon(R) Platinum\nmicrocode\t: 0x2006b06\nflags\t\t: fpu vmx hypervisor\n",
  "proc/meminfo": "MemTotal:       401408000 kB\nMemFree: 1 kB\n",
  "proc/sys/kernel/osrelease": "4.19.91-25.al7.x86_64\n",
  "etc/os-release": 'NAME="Alibaba"\nPRETTY_NAME="Alibaba Cloud Linux 2"\n',
  "etc/machine-id": "0123456789abcdef0123456789abcdef\n",
  "sys/devices/system/cpu/cpu0/cpufreq/scaling_governor": "performance\n",
  "proc/cmdline": "ro quiet mitigations=auto\n",
  "sys/devices/system/cpu/vulnerabilities/meltdown": "Mitigation: PTI\n",
  "sys/devices/system/cpu/vulnerabilities/itlb_multihit": "Not affected\n",
  "sys/kernel/mm/transparent_hugepage/enabled": "always [madvise] never\n",
  "sys/fs/cgroup/cgroup.controllers": "cpu memory pids\n",
};

test("it has the values that the kernel and the distribution report", () =>
  inTempFolder(root => {
    writeFiles(root, machine);
    const { id, architecture, ...rest } = readFingerprint(root);
    assert.equal(rest, {
      cpu: "Intel(R) Xeon(R) Platinum",
      cores: 2,
      memoryMiB: 392_000,
      kernel: "4.19.91-25.al7.x86_64",
      distribution: "Alibaba Cloud Linux 2",
      cgroups: "v2",
      governor: "performance",
      kernelParameters: "ro quiet mitigations=auto",
      microcode: "0x2006b06",
      mitigations: "itlb_multihit: Not affected; meltdown: Mitigation: PTI",
      transparentHugePages: "madvise",
      virtualised: true,
    });
    assert.match(id, /^[0-9a-f]{12}$/);
    assert.is(architecture, process.arch);
  }));

test("the id depends only on the machine, and does not reveal its machine-id", () =>
  inTempFolder(async root => {
    writeFiles(root, machine);
    const { id } = readFingerprint(root);
    writeFiles(root, { "proc/sys/kernel/osrelease": "6.1\n", "proc/meminfo": "MemTotal: 1 kB\n" });
    assert.is(readFingerprint(root).id, id);
    assert.not.ok(machine["etc/machine-id"].includes(id));
    writeFiles(root, { "etc/machine-id": "ffffffffffffffffffffffffffffffff\n" });
    assert.is.not(readFingerprint(root).id, id);
  }));

test("a property that a machine does not report is null", () =>
  inTempFolder(root => {
    const { cpu, cgroups, governor, distribution, virtualised } = readFingerprint(root);
    assert.equal([cpu, cgroups, governor, distribution, virtualised], [null, null, null, null, false]);
  }));

test("the version of the control groups follows from the mounts", () =>
  inTempFolder(root => {
    writeFiles(root, { "sys/fs/cgroup/memory/tasks": "" });
    assert.is(cgroupMode(root), "v1");
    writeFiles(root, { "sys/fs/cgroup/unified/cgroup.procs": "" });
    assert.is(cgroupMode(root), "hybrid");
    writeFiles(root, { "sys/fs/cgroup/cgroup.controllers": "" });
    assert.is(cgroupMode(root), "v2");
  }));

test.run();
