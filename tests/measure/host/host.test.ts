import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, readlinkSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { basename, join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { readLimits } from "../../../src/measure/host/limits.js";
import { listenerOf, listenerSees } from "../../../src/measure/host/listener.js";
import { readSandboxMemory } from "../../../src/measure/host/memory-snapshot.js";
import { listProcesses, sandboxProcesses } from "../../../src/measure/host/processes.js";
import { readSizes } from "../../../src/measure/host/smaps.js";
import { readHostMemory, readHostState, readMemoryPressure } from "../../../src/measure/host/state.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("readings of the host");

/** A process of a made-up /proc. */
const proc = (pid: number, parent: number, name: string, words: readonly string[], pssKiB?: number) => ({
  [`${pid}/cmdline`]: words.map(word => `${word}\0`).join(""),
  [`${pid}/stat`]: `${pid} (${name}) S ${parent} 1 1 0 -1 0`,
  [`${pid}/statm`]: "1000 1 1 1 0 1 0",
  ...(pssKiB === undefined
    ? {}
    : {
        [`${pid}/smaps_rollup`]: `1-2 ---p 0 [rollup]\nRss: ${pssKiB * 2} kB\nPss: ${pssKiB} kB\nPrivate_Clean: 1 kB\nPrivate_Dirty: 2 kB\nSwapPss: 3 kB\nPrivate_Hugetlb: 4 kB\n`,
      }),
});

const patterns = [
  { component: "shim", pattern: /^\/usr\/bin\/containerd-shim-kata-v2 / },
  { component: "vmm", pattern: /^\/opt\/kata\/bin\/qemu/ },
  { component: "virtiofsd", pattern: /^\/opt\/kata\/bin\/virtiofsd/ },
] as const;

const kata = {
  ...proc(1, 0, "systemd", ["/sbin/init"], 9000),
  ...proc(
    100,
    1,
    "containerd-shim",
    ["/usr/bin/containerd-shim-kata-v2", "-namespace", "k8s.io", "-id", "aaaa"],
    20_000,
  ),
  // qemu has left its parent, but its command line names the sandbox
  ...proc(101, 1, "qemu-system (x86)", ["/opt/kata/bin/qemu-system-x86_64", "-name", "sandbox-aaaa"], 150_000),
  // one file server names it in a path, the other is only its child
  ...proc(102, 100, "virtiofsd", ["/opt/kata/bin/virtiofsd", "--fd=3", "-o", "source=/run/kata/shared/aaaa"], 300),
  ...proc(103, 102, "virtiofsd", ["/opt/kata/bin/virtiofsd", "--fd=3"], 200),
  ...proc(200, 1, "containerd-shim", ["/usr/bin/containerd-shim-kata-v2", "-id", "aaaabbbb"], 7),
  ...proc(201, 1, "grep", ["grep", "nothing"], 5),
};

test("a sandbox's processes are those whose command line contains its id, and their descendants; a longer id is a different one", () =>
  inTempFolder(folder => {
    writeFiles(folder, kata);
    const found = sandboxProcesses(listProcesses(folder), ["aaaa"]);
    assert.equal(
      found
        .get("aaaa")!
        .map(({ pid }) => pid)
        .sort(),
      [100, 101, 102, 103],
    );
    assert.is(listProcesses(folder).find(({ pid }) => pid === 101)!.name, "qemu-system (x86)");
  }));

test("memory is summed by component; processes found by the patterns are counted separately", () =>
  inTempFolder(folder => {
    writeFiles(folder, kata);
    const { components, found, processes } = readSandboxMemory(["aaaa"], patterns, folder);
    assert.equal(
      components.map(({ component, processes, pssKiB }) => [component, processes, pssKiB]),
      [
        ["shim", 1, 20_000],
        ["virtiofsd", 2, 500],
        ["vmm", 1, 150_000],
      ],
    );
    assert.equal(components[1], {
      component: "virtiofsd",
      processes: 2,
      ussKiB: 6,
      pssKiB: 500,
      rssKiB: 1000,
      vssKiB: 8000,
      swapPssKiB: 6,
      hugetlbKiB: 8,
    });
    // the other sandbox's shim matches the patterns too
    assert.equal(found, { bySandbox: 4, byPattern: 5, onlyBySandbox: 0, onlyByPattern: 1, vanished: 0, without: 0 });
    assert.is(processes.length, 4);
  }));

test("a process that ends between listing and reading is counted, and a sandbox without any too", () =>
  inTempFolder(folder => {
    writeFiles(folder, { ...kata, ...proc(104, 100, "gone", ["/usr/bin/gone"]) });
    const { found, processes } = readSandboxMemory(["aaaa", "cccc"], patterns, folder);
    assert.equal([found.vanished, found.without, processes.length], [1, 1, 4]);
  }));

test("a process's sizes equal those of smem and the kernel's own sums", async () => {
  const child = spawn("cat");
  try {
    // once it has answered, it only waits: its memory stays as it is
    child.stdin.write("ready");
    await once(child.stdout, "data");
    const sizes = readSizes(child.pid!)!;
    const smaps = readFileSync(`/proc/${child.pid}/smaps`, "utf8");
    const sum = (name: string) =>
      [...smaps.matchAll(new RegExp(`^${name}:\\s+(\\d+)`, "gm"))].reduce((total, [, kib]) => total + Number(kib), 0);
    assert.is(sizes.rssKiB, sum("Rss"));
    assert.is(sizes.ussKiB, sum("Private_Clean") + sum("Private_Dirty"));
    // the kernel rounds each mapping's share down, and the whole only once
    assert.ok(Math.abs(sizes.pssKiB - sum("Pss")) <= smaps.split("VmFlags").length, `${sizes.pssKiB} ${sum("Pss")}`);
  } finally {
    child.kill("SIGKILL");
  }
});

test("a process that has ended has no sizes", () => {
  const child = spawn("true");
  return new Promise<void>(resolve => {
    child.on("close", () => {
      assert.is(readSizes(child.pid!), undefined);
      resolve();
    });
  });
});

test("the process behind a socket is found by the socket", () =>
  inTempFolder(async folder => {
    const socket = join(folder, "engine.sock");
    const server = createServer().listen(socket);
    await new Promise(resolve => server.once("listening", resolve));
    assert.is(listenerOf(socket), process.pid);
    assert.is(listenerOf(join(folder, "other.sock")), undefined);
    await new Promise(resolve => server.close(resolve));
  }));

test("a service with another root, or other mounts, does not see the same folder; an unknown service is trusted", () =>
  inTempFolder(folder => {
    const [own, elsewhere, missing] = ["own", "elsewhere", "missing"].map(name => join(folder, name));
    mkdirSync(own!);
    mkdirSync(join(elsewhere!, own!), { recursive: true });
    mkdirSync(missing!);
    const sees = (root: string) => {
      const fake = join(folder, `proc-${basename(root)}`);
      writeFiles(fake, { "net/unix": "0: 00000002 00000000 00010000 0001 01 77 /run/c.sock\n" });
      mkdirSync(join(fake, "5/fd"), { recursive: true });
      symlinkSync("socket:[77]", join(fake, "5/fd/3"));
      symlinkSync(root, join(fake, "5/root"));
      return (socket: string) => listenerSees(socket, own!, fake);
    };
    assert.equal(
      ["/", elsewhere!, missing!].map(root => sees(root)("/run/c.sock")),
      [true, false, false],
    );
    assert.ok(listenerSees("/run/nobody.sock", own!, join(folder, "proc-missing")));
  }));

test("the host's state equals that of the tools that read /proc", () => {
  const mounts = () => readFileSync("/proc/self/mountinfo", "utf8").trimEnd().split("\n").length;
  const [before, state, after] = [mounts(), readHostState(), mounts()];
  // others may mount meanwhile
  assert.ok(Math.min(before, after) <= state.mounts && state.mounts <= Math.max(before, after));
  const tasks = execFileSync("sh", ["-c", "ls -d /proc/[0-9]*/task/[0-9]* 2>/dev/null | wc -l"], { encoding: "utf8" });
  // the kernel counts the tasks of the whole machine; /proc shows those of its pid namespace
  const wholeMachine = readlinkSync("/proc/self/ns/pid") === "pid:[4026531836]";
  assert.ok(Number(tasks) < 1.5 * state.tasks, `${state.tasks} ${tasks}`);
  if (wholeMachine) assert.ok(Number(tasks) > 0.5 * state.tasks, `${state.tasks} ${tasks}`);
  assert.ok(state.memAvailableKiB > 0 && readHostMemory().slabKiB > 0);
  assert.ok(readMemoryPressure().swapIn >= 0);
});

test("free pages on the processors' lists are summed over all zones and processors, without the lists' limits", () =>
  inTempFolder(folder => {
    const zone = (name: string, ...counts: number[]) =>
      `Node 0, zone ${name}\n  pages free     99\n        present  77\n  pagesets\n${counts.map((count, cpu) => `    cpu: ${cpu}\n              count:    ${count}\n              high:     500\n              batch:    63\n`).join("")}`;
    const meminfo = "MemTotal:  9000 kB\nMemAvailable:   7000 kB\nSlab: 8 kB\nPercpu:  3 kB\n";
    writeFiles(folder, { meminfo, zoneinfo: zone("DMA", 0, 1) + zone("Normal", 20, 4) });
    const { memAvailableKiB, cpuListsKiB, slabKiB, percpuKiB } = readHostMemory(folder);
    assert.equal([memAvailableKiB, cpuListsKiB, slabKiB, percpuKiB], [7000, 100, 8, 3]);
  }));

test("a kernel without pressure counters gives none", () =>
  inTempFolder(folder => {
    writeFiles(folder, {
      loadavg: "1.5 1 1 2/345 6\n",
      meminfo: "MemAvailable: 7 kB\nSlab: 8 kB\n",
      "self/mountinfo": "a\nb\n",
    });
    assert.equal(readHostState(folder), {
      load1: 1.5,
      memAvailableKiB: 7,
      slabKiB: 8,
      tasks: 345,
      mounts: 2,
      pressure: null,
    });
    assert.equal(readMemoryPressure(folder), { swapIn: 0, stallUs: 0 });
  }));

test("the tightest limit on pids counts, also a control group's", () =>
  inTempFolder(folder => {
    writeFiles(folder, {
      "proc/meminfo": "MemAvailable: 2097152 kB\n",
      "proc/loadavg": "0 0 0 1/300 9\n",
      "proc/sys/kernel/pid_max": "32768\n",
      "proc/sys/kernel/threads-max": "20000\n",
      "proc/self/cgroup": "8:pids:/ci/job\n0::/ci\n",
      "sys/fs/cgroup/pids/cgroup.procs": "",
      "sys/fs/cgroup/pids/ci/job/pids.max": "max\n",
      "sys/fs/cgroup/pids/ci/job/pids.current": "10\n",
      "sys/fs/cgroup/pids/ci/pids.max": "1000\n",
      "sys/fs/cgroup/pids/ci/pids.current": "250\n",
    });
    const limits = readLimits("self", folder);
    assert.is(limits.memAvailableMiB, 2048);
    assert.equal(limits.pids, { free: 750, limit: 1000, by: join(folder, "sys/fs/cgroup/pids/ci") });
  }));

test.run();
