/** The software that a run used. Null if the file does not name it. */
export interface SoftwareVersions {
  readonly kernel: string | null;
  readonly containerd: string | null;
  readonly crictl: string | null;
  /** Kata's version; a build with local changes is marked: `2.2.3 (dirty)`. */
  readonly kata: string | null;
  /** The virtual machine monitor and its version: `QEMU 5.0.0`, `Firecracker 0.23.1`. */
  readonly vmm: string | null;
}

/**
 * Parses the OCI runtime and its version in a versions.txt, as `runc --version` and similar commands print it; null if
 * there is none.
 *
 * @example parseOciRuntime("6.1.0\ncrun version 1.8.1\ncommit: f8a0\n") // "crun 1.8.1"
 */
export function parseOciRuntime(text: string): string | null {
  const [, name, version] = /^(runc|crun|runsc|youki) version (\S+)/m.exec(text) ?? [];
  return name === undefined ? null : `${name} ${version}`;
}

/**
 * Reads a versions.txt: the outputs, one after another, of `uname -r`, `containerd --version`, `crictl --version`,
 * `kata-runtime --version`, the VMM's, and `with template` or `without template`. Unknown lines are ignored, because
 * the file was written for people.
 *
 * @example parseVersions("4.19.91\ncontainerd github.com/containerd/containerd v1.3.10 1c59\nwith template\n").containerd // "v1.3.10"
 */
export function parseVersions(text: string): SoftwareVersions & { readonly template: boolean | null } {
  const find = (pattern: RegExp) => pattern.exec(text)?.[1] ?? null;
  const kata = find(/^kata-runtime\s*:\s*(\S+)/m);
  const qemu = find(/^QEMU emulator version (\S+)/m);
  const firecracker = find(/^Firecracker v(\S+)/m);
  const template = find(/^(with|without) template\s*$/m);
  return {
    kernel: find(/^(\d+\.\d+\S*)\s*$/m),
    containerd: find(/^containerd \S+ (\S+)/m),
    crictl: find(/^crictl version (\S+)/m),
    kata: kata !== null && /^\s+commit\s*:\s*\S+-dirty\s*$/m.test(text) ? `${kata} (dirty)` : kata,
    vmm: qemu !== null ? `QEMU ${qemu}` : firecracker !== null ? `Firecracker ${firecracker}` : null,
    template: template === null ? null : template === "with",
  };
}
