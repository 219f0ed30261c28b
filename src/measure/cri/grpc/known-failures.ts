/** Failures with a known cause: the message of a service or runtime, and the next step. */
const knownFailures: readonly (readonly [message: RegExp, hint: string])[] = [
  [
    /unknown version specified/,
    "this crun is older than OCI 1.1, which containerd 1.7 and later require: install crun 1.8.2 or later",
  ],
  [
    /expected cgroupsPath to be of format "slice:prefix:name"/,
    "the handler uses the systemd cgroup driver, which needs a slice: omit --cgroup-parent, or name one such as --cgroup-parent lab.slice",
  ],
  [
    /can't get final child's PID from pipe|reading (?:from )?parent/,
    "the runtime may not lower its oom_score_adj: set restrict_oom_score_adj = true in containerd's config",
  ],
  [
    /failed to (?:get|pull) sandbox image|failed to pull image .*pause/,
    "the sandbox (pause) image is missing: import it, or name an available one as sandbox_image in containerd's config",
  ],
  [
    /failed to resolve reference|pull access denied/,
    "the image cannot be pulled: check its name and the network of the service; or import it (`ctr -n k8s.io images import FILE`) and omit --pull",
  ],
  [
    /no IP addresses available|addresses? (?:pool|range) (?:is )?exhausted/i,
    "the pod network has no free address: lower the concurrency, or give its CNI configuration a larger range",
  ],
  [
    /container (?:io|loggers?).*(?:read-only file system|permission denied|not a directory|no such file)/,
    "the service cannot write the container's log: choose an --out folder that containerd can write and this program can read",
  ],
  [
    /exec: "[^"]*": (?:stat |executable file not found)|executable file [`'][^`']*[`'] not found|error finding executable|failed to load \S+: no such file/,
    "the image has no such program: check --command; rund-lab's own image has only busybox, such as `busybox sleep 10`",
  ],
  [
    /the process exited with code \d+/,
    "the process ended too early: check --command and --env; `--until container` measures without waiting for the process",
  ],
  [
    /the process runs, but its log could not be written/,
    "the containers' logs are in the campaign's folder: free some space on its disk, or choose another one with --out",
  ],
  [
    /the process runs, but wrote no line/,
    "the process must write a line at once, unbuffered: check --command, or raise --timeout (with gVisor behind runc's shim, a process that has exited looks like this, too)",
  ],
  [
    /the process runs, but did not answer on port/,
    "check that the process serves --port (and --path) on every address, not only on 127.0.0.1; or raise --timeout",
  ],
  [
    /cni plugin not initialized|failed to setup network for sandbox/,
    "the CNI plugins did not set up the pod network: their message says why; --network node measures without one",
  ],
  [
    /resource temporarily unavailable|cannot allocate memory|pthread_create failed|newosproc/,
    "a limit on tasks or memory was reached: `rund-lab doctor --sandboxes N` shows the tightest; lower the concurrency",
  ],
  [
    /too many open files/,
    "the limit on open files was reached: raise LimitNOFILE of containerd's unit, or fs.inotify.max_user_instances",
  ],
  [
    /open \/etc\/(hosts|resolv\.conf): no such file/,
    "containerd copies the machine's /etc/hosts and /etc/resolv.conf into each sandbox: create the missing file",
  ],
  [
    /no space left on device/,
    "a disk is full, or the inotify watches are used up: free some space, or raise fs.inotify.max_user_watches",
  ],
];

/**
 * Returns the next step after a failure whose cause is known.
 *
 * @param message the message of the service or the runtime
 * @returns undefined for any other failure
 * @example failureHint("OCI runtime create failed: unknown version specified").includes("OCI 1.1") // true
 * @example failureHint('exec: "x": executable file not found in $PATH').includes("--command") // true
 * @example failureHint("exit status 1") // undefined
 */
export const failureHint = (message: string): string | undefined =>
  knownFailures.find(([pattern]) => pattern.test(message))?.[1];
