import { ExecaError, execa } from "execa";
import { LabError } from "../../../model/errors.js";

/**
 * Imports an image into containerd, so that CRI finds it.
 *
 * @param ctr the full path of containerd's client
 * @param archive a tar of an OCI layout
 * @throws LabError `RUND_ENV_START` if containerd does not accept it
 */
export async function importImage(ctr: string, socket: string, name: string, archive: Buffer): Promise<void> {
  const words = ["-a", socket, "--timeout", "30s", "--connect-timeout", "10s", "-n", "k8s.io", "images", "import", "-"];
  try {
    await execa(ctr, words, { input: archive });
  } catch (cause) {
    throw new LabError("RUND_ENV_START", "machine", `containerd does not accept the image ${name}`, {
      where: `ctr ${words.join(" ")}`,
      hint: `ctr's message: ${cause instanceof ExecaError ? cause.stderr : String(cause)}`,
      cause,
    });
  }
}
