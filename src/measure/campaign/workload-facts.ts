import { execa } from "execa";
import type { ManifestRun } from "../../campaign-files/manifest.js";
import { LabError } from "../../model/errors.js";
import { addFioImage, fioImageName } from "../containerd/fio-image.js";
import { workloadImageName } from "../containerd/images/workload-image.js";
import { standingWorkloadOf, type WorkloadSettings, workloadOf } from "../experiments/workload.js";
import { findProgram } from "../system/programs.js";
import { retryMs } from "../workload/response.js";
import type { Service } from "./service/service.js";

/**
 * Makes sure that the service can start the workload of an experiment, and describes it for the manifest: end, network with its
 * plugins, image with its digest, limits. The description of an empty sandbox on the host's network is empty.
 *
 * @throws LabError `RUND_WORKLOAD_REPLAY` for a rehearsal, `RUND_NETWORK` without a pod network, `RUND_IMAGE` for an image that
 * the service does not have, `RUND_REFLINK_FOLDER`
 */
export async function workloadFacts(service: Service, settings: WorkloadSettings): Promise<ManifestRun["config"]> {
  const { until = "sandbox", network = "node", withContainer } = settings;
  const own = workloadOf(settings);
  const { container } = own.container === null ? standingWorkloadOf(settings) : own;
  const parent = {
    ...(settings.cgroupParent === undefined ? {} : { cgroupParent: settings.cgroupParent }),
    ...(settings.seccomp === true ? { seccomp: true } : {}),
    ...(settings.reflink === undefined ? {} : { fileSystem: await fileSystemOf(settings.reflink) }),
  };
  if (container === null && network === "node") return parent;
  if (service.replay !== null) {
    throw new LabError(
      "RUND_WORKLOAD_REPLAY",
      "usage",
      "a rehearsal plays back empty sandboxes on the host's network",
      {
        where: service.endpoint,
        hint: "omit --until, --network and the container's options, or measure a real runtime",
      },
    );
  }
  const facts: Record<string, string | number | boolean | null> = { until, network, ...parent };
  if (network === "pod") facts.cni = await describeNetwork(service);
  if (container === null) return facts;
  const { image, pull, command, port, path, cpu, memoryMiB } = container;
  const findImage = () => service.cri.imageStatus(image, { timeoutMs: 10_000 });
  let found = pull ? null : await findImage();
  if (found === null && image === fioImageName && ownContainerd(service)) {
    await addFioImage(service.socket);
    found = await findImage();
  }
  if (found === null && !pull) throw noImage(service, image);
  return {
    ...facts,
    image,
    imageId: found?.id ?? null,
    ...(pull ? { pull } : {}),
    ...(command.length > 0 ? { command: command.join(" ") } : {}),
    ...(until === "response" ? { port, path: path ?? "TCP", retryMs } : {}),
    ...(cpu === null ? {} : { cpuLimit: cpu }),
    ...(memoryMiB === null ? {} : { memoryLimitMiB: memoryMiB }),
    ...(withContainer === true ? { withContainer } : {}),
  };
}

/**
 * Returns the pod network's name, and each plugin with its version, such as `rund-lab-1a2b3c4d: ptp v1.1.1, host-local
 * v1.1.1`.
 */
async function describeNetwork({ network: { ready, why, cni, pluginFolders }, endpoint }: Service): Promise<string> {
  const missing = (cni?.plugins ?? []).find(each => findProgram(each, pluginFolders.join(":")) === undefined);
  if (!ready || (missing !== undefined && pluginFolders.length > 0)) {
    throw new LabError("RUND_NETWORK", "machine", "the service has no pod network", {
      where: endpoint,
      expected: "a CNI configuration with its plugins",
      found: ready ? `no plugin ${missing} in ${pluginFolders.join(", ")}` : why || "none",
      hint: "install Debian's containernetworking-plugins and run `rund-lab env up` again, or use --network node",
    });
  }
  if (cni === null) return "not reported by the service";
  const plugins: string[] = [];
  for (const plugin of cni.plugins) plugins.push(`${plugin} ${await pluginVersion(plugin, pluginFolders)}`);
  return `${cni.name}: ${plugins.join(", ")}`;
}

/** Returns a CNI plugin's version. A plugin prints it when called without a command ("CNI ptp plugin v1.1.1"); Debian's does not. */
async function pluginVersion(plugin: string, folders: readonly string[]): Promise<string> {
  const program = findProgram(plugin, folders.join(":"));
  const unknown = "(version unknown)";
  if (program === undefined) return unknown;
  const { stdout, stderr } = await execa(program, [], { reject: false, timeout: 5_000, stdin: "ignore", env: {} });
  return /\bv\d\S*/.exec(`${stdout} ${stderr}`)?.[0] ?? unknown;
}

/** Returns the type of the file system that a folder is on. @throws LabError `RUND_REFLINK_FOLDER` */
async function fileSystemOf(folder: string): Promise<string> {
  const { stdout, failed } = await execa("stat", ["-f", "-c", "%T", folder], { reject: false, stdin: "ignore" });
  if (!failed) return stdout;
  throw new LabError("RUND_REFLINK_FOLDER", "usage", "there is no such folder", {
    where: folder,
    hint: "create it, or omit --reflink: the campaign then makes a btrfs of its own",
  });
}

/** Whether the service is a private containerd, whose images are deleted with it. */
const ownContainerd = ({ containerd }: Service): boolean => containerd !== null && "folder" in containerd.service;

const noImage = ({ endpoint }: Service, image: string) =>
  new LabError("RUND_IMAGE", "machine", `the service does not have the image ${image}`, {
    where: endpoint,
    hint:
      image === fioImageName
        ? "the private containerd of `rund-lab env up` gets it automatically; for this one, name an image that has fio and sh with --image"
        : image === workloadImageName
          ? "`rund-lab env up` builds it from Debian's busybox-static: install that package and restart the private containerd"
          : "pull it (`ctr -n k8s.io images pull NAME`), import it, or use --pull, which makes pulling a stage of the cold start",
  });
