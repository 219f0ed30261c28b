import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../../../src/measure/changes/index.js";
import { writeFiles } from "../../support/temp.js";

/** Configs in the shape of the real ones, each with comments and settings that nobody may lose. */
export const configs: Readonly<Record<string, string>> = {
  "etc/kata-containers/configuration-qemu.toml": `# Kata, installed

[hypervisor.qemu]
path = "/opt/kata/bin/qemu-system-x86_64"
kernel = "/opt/kata/share/kata-containers/vmlinuz.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
machine_type = "q35"

# a list the campaign has nothing to do with
enable_annotations = [".*"] # keep
default_vcpus = 1
default_memory = 2048 # the installed size
shared_fs = "virtio-9p"

[factory]
#enable_template = true

[agent.kata]
kernel_modules=[]

[runtime]
#enable_debug = true
internetworking_model="tcfilter"
disable_guest_seccomp=true
`,
  "etc/kata-containers/configuration-template.toml": `[hypervisor.qemu]
path = "/opt/kata/bin/qemu-system-x86_64"
kernel = "/opt/kata/share/kata-containers/vmlinuz.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
machine_type = "pc"
default_memory = 2048

[factory]
# VM templating

[runtime]
disable_guest_seccomp=true
`,
  "etc/kata-containers/configuration-fc.toml": `[hypervisor.firecracker]
path = "/opt/kata/bin/firecracker"
valid_hypervisor_paths = ["/opt/kata/bin/firecracker"]
jailer_path = "/opt/kata/bin/jailer"
kernel = "/opt/kata/share/kata-containers/vmlinux.container"
image = "/opt/kata/share/kata-containers/kata-containers.img"
default_memory = 2048
# nothing follows
[runtime]
sandbox_cgroup_only=false
`,
  "etc/kata-containers2/configuration.toml": `[hypervisor.dragonball]
boot_type = "BootFromTemplate"
template_path = "/run/rund/"
default_memory = 2048
[runtime]
guest_hook_path="/"
quick_shutdown = true
`,
  "etc/containerd/config.toml": `root = "/home/t4/containerd"

[plugins]
  # the CRI
  [plugins.cri]
    sandbox_image = "pause:3.1"
    [plugins.cri.containerd]
      snapshotter = "overlayfs" # the usual one
      [plugins.cri.containerd.runtimes.kata]
        runtime_type = "io.containerd.kata.v2"
`,
};

/** A machine that is a folder, and programs that only write down how they were called. */
export interface StandIn extends Machine {
  /** The calls so far: program and arguments, and the sandboxes and waits in between. */
  calls(): readonly string[];
  /** Makes calls that begin like this fail. */
  fail(begin: string): void;
  /** A file of the machine, as text. */
  text(path: string): string;
}

const programs = ["kata-runtime", "systemctl", "dmsetup", "losetup"];

/** A stand-in for the machine in `root`; the files that are there already are left as they are. */
export function standIn(root: string): StandIn {
  const record = join(root, "calls");
  const failing = join(root, "failing");
  const note = (line: string) => appendFileSync(record, `${line}\n`);
  mkdirSync(join(root, "bin"), { recursive: true });
  for (const program of programs) {
    const file = join(root, "bin", program);
    writeFileSync(file, script(root, program));
    chmodSync(file, 0o755);
  }
  return {
    root,
    path: `${join(root, "bin")}:/usr/bin:/bin`,
    startAndRemove: async handler => {
      note(`sandbox ${handler}`);
      if (existsSync(failing) && `sandbox ${handler}`.startsWith(readFileSync(failing, "utf8")))
        throw new Error("no sandbox");
    },
    wait: async seconds => note(`wait ${seconds}`),
    log: () => {},
    calls: () => (existsSync(record) ? readFileSync(record, "utf8").trimEnd().split("\n") : []),
    fail: begin => writeFileSync(failing, begin),
    text: path => readFileSync(join(root, path), "utf8"),
  };
}

/** Writes down the call, fails if it shall, and answers as the real one would as far as the steps look at it. */
const script = (root: string, program: string): string => `#!/bin/sh
cd '${root}'
echo "${program} $*" >>calls
if [ -e failing ]; then case "${program} $*" in "$(cat failing)"*) echo "it fails" >&2; exit 1 ;; esac; fi
case "${program} $*" in
  "losetup --find --show "*) touch "loop-$(basename "$3")"; echo "/dev/loop-$(basename "$3")" ;;
  "losetup --noheadings "*) f="loop-$(basename "$5")"; if [ -e "$f" ]; then echo "/dev/$f"; fi ;;
  "losetup --detach "*) rm "$(basename "$2")" ;;
  "dmsetup info "*) [ -e "pool-$2" ] && echo "Name: $2" ;;
  "dmsetup create "*) touch "pool-$2" ;;
  "dmsetup remove "*) rm "pool-$2" ;;
esac
`;

/** A machine as it is before a campaign. */
export function installedMachine(root: string): StandIn {
  writeFiles(root, { ...configs, "run/rund/template": "of last week" });
  return standIn(root);
}
