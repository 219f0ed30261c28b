import { type FirstLine, readFirstLine } from "../../workload/first-line.js";
import type { Api } from "../api/api.js";

/** A container's first line of output, and when it arrived at rund-lab. */
interface LoggedLine extends FirstLine {
  readonly arrivedNs: bigint;
}

/**
 * Follows a container's log through the API server until its first line. The line contains the time at which the node's container
 * runtime read it, by the node's clock.
 *
 * @returns null if the container ended without output
 * @throws ClusterError; the signal's reason if it is aborted
 */
export async function firstLogLine(
  api: Api,
  namespace: string,
  pod: string,
  signal: AbortSignal,
): Promise<LoggedLine | null> {
  const path = `/api/v1/namespaces/${namespace}/pods/${pod}/log`;
  const query = { follow: "true", timestamps: "true", container: "workload" };
  const response = await api.open({ path, query, signal });
  let text = "";
  try {
    for await (const part of response.setEncoding("utf8")) {
      text += part;
      const end = text.indexOf("\n");
      if (end < 0) continue;
      const arrivedNs = process.hrtime.bigint();
      // the API server omits stream and tag, which the CRI format has
      const line = readFirstLine(text.slice(0, end + 1).replace(" ", " stdout F "));
      return line === undefined ? null : { ...line, arrivedNs };
    }
    return null;
  } finally {
    response.destroy();
  }
}
