import { type CriReason, criReason } from "./grpc/errors.js";

/** gRPC's status codes, by the names that Go prints. */
const codeNames = [
  "OK",
  "Canceled",
  "Unknown",
  "InvalidArgument",
  "DeadlineExceeded",
  "NotFound",
  "AlreadyExists",
  "PermissionDenied",
  "ResourceExhausted",
  "FailedPrecondition",
  "Aborted",
  "OutOfRange",
  "Unimplemented",
  "Internal",
  "Unavailable",
  "DataLoss",
  "Unauthenticated",
];

/**
 * Reads the reason for a failure from crictl's standard error. Without a terminal, crictl logs `key=value` lines with a quoted
 * message; any other line is used as it is.
 *
 * @returns the last RPC error with its gRPC code, or the whole text with null
 * @example crictlFailure('level=fatal msg="run pod sandbox: rpc error: code = Unknown desc = no runtime for \\"x\\" is configured"') // { reason: "unknown-handler", grpcCode: 2, details: 'no runtime for "x" is configured' }
 * @example crictlFailure("FATA[0000] unknown flag") // { reason: "other", grpcCode: null, details: "FATA[0000] unknown flag" }
 */
export function crictlFailure(stderr: string): { reason: CriReason; grpcCode: number | null; details: string } {
  const quoted = [...stderr.matchAll(/\bmsg=("(?:\\.|[^"\\])*")/g)].at(-1)?.[1];
  const message = quoted === undefined ? stderr.trim() : unquote(quoted);
  const rpc = [...message.matchAll(/rpc error: code = (\w+) desc = ([\s\S]*)/g)].at(-1);
  const grpcCode = rpc === undefined ? -1 : codeNames.indexOf(rpc[1]!);
  if (rpc === undefined || grpcCode < 0) {
    return { reason: /connect: |make sure/.test(message) ? "unavailable" : "other", grpcCode: null, details: message };
  }
  const details = rpc[2]!.trim();
  return { reason: criReason(grpcCode, details), grpcCode, details };
}

/** Unquotes a text that Go's %q wrote. If JSON lacks one of its escapes, only the quotes are removed. */
function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return quoted.slice(1, -1);
  }
}
