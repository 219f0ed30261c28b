import { ends } from "../../model/end.js";

/** The form of a setting on the command line and in a campaign file, and its valid values. */
export type SettingRule = {
  /** The option's placeholder and help: `--concurrency <list>`. */
  readonly placeholder: string;
  readonly help: string;
  /** Whether all experiments have it; otherwise only those whose declaration names it. */
  readonly shared: boolean;
} & (
  | {
      readonly value: "number" | "numbers" | "decimal" | "decimals";
      readonly range: readonly [least: number, most: number];
      /** A word that may replace the numbers. */
      readonly word?: string;
    }
  /** Texts may be given several times on the command line. */
  | { readonly value: "text" | "texts"; readonly pattern?: RegExp; readonly expected?: string }
  | { readonly value: "flag" }
  | { readonly value: "choice"; readonly choices: readonly string[] }
);

const own = { shared: false } as const;
const shared = { shared: true } as const;
const list = { ...own, value: "numbers", placeholder: "<list>" } as const;
const count = { value: "number", placeholder: "<n>" } as const;
const number = { ...own, ...count } as const;
const percent = { ...number, placeholder: "<percent>" } as const;
const decimal = { ...own, value: "decimal" } as const;
const seconds = { ...decimal, placeholder: "<seconds>" } as const;
const text = { ...own, value: "text" } as const;
const flag = { ...own, value: "flag", placeholder: "" } as const;
const choice = { ...own, value: "choice" } as const;

/**
 * All settings except the runtimes. The options of `rund-lab run`, the keys of a campaign file and the checks of both follow from
 * this table, and so do the types of the values: a new setting is an entry here.
 */
export const settingRules = {
  concurrency: { ...list, range: [1, 10_000], help: "clients in a round, such as 1,10,100" },
  density: {
    ...list,
    range: [0, 100_000],
    help: "sandboxes that already run; for memory and fit, the total; for cgroups, containers whose groups already exist",
  },
  memory: { ...list, range: [1, 1_048_576], help: "nominal guest memory in MB" },
  containers: { ...number, range: [1, 100_000], help: "cgroups: containers in a round" },
  window: {
    ...number,
    range: [0, 3_600],
    help: "cgroups: seconds for which the idle host's CPU is measured before each round",
  },
  files: { ...number, range: [0, 100_000], help: "rootfs: small files in the base layer" },
  large: {
    ...number,
    range: [0, 65_536],
    help: "size in MiB of the large file in the base layer and of the block image (rootfs), or of fio's file (io)",
  },
  reflink: {
    ...text,
    placeholder: "<dir>",
    pattern: /^\/./,
    expected: "an absolute path",
    help: "rootfs: folder in which the variants `copied` and `reflinked` create their copies (default: a btrfs that the campaign creates)",
  },
  rounds: { ...shared, ...count, range: [1, 100_000], help: "rounds of each cell; memory: repeats" },
  warmup: {
    ...shared,
    ...count,
    range: [0, 1_000],
    help: "extra rounds of each cell in each block, left out of the tables",
  },
  blocks: {
    ...shared,
    ...count,
    range: [1, 1_000],
    help: "parts into which the rounds are divided; each part measures every cell",
  },
  order: {
    ...choice,
    ...shared,
    placeholder: "<order>",
    choices: ["shuffled", "grid"],
    help: "the order of the cells: shuffled within each block, or one after another",
  },
  seed: { ...shared, ...count, range: [0, 2 ** 32 - 1], help: "seed of the order" },
  prepare: { ...text, ...shared, placeholder: "<command>", help: "a shell command to run before each round" },
  timeout: {
    ...shared,
    value: "number",
    placeholder: "<seconds>",
    range: [1, 86_400],
    help: "time limit for a cold start",
  },
  untilDecided: {
    ...text,
    placeholder: "<percent>",
    help: "add blocks until the runtimes are the same within this tolerance or differ; stops after --blocks at the latest",
  },
  until: {
    ...choice,
    choices: ends,
    placeholder: "<end>",
    help: "the end of a cold start: the sandbox is ready, the container has started, its first line of output, or its first response on the network",
  },
  network: {
    ...choice,
    placeholder: "<network>",
    choices: ["node", "pod"],
    help: "the host's network (node), or a CNI network for each sandbox (pod)",
  },
  image: { ...text, placeholder: "<name>", help: "the container's image (default: rund-lab's own)" },
  command: { ...text, placeholder: "<command>", help: "the container's command, split into words as in a shell" },
  env: {
    ...own,
    value: "texts",
    placeholder: "<NAME=VALUE>",
    pattern: /^[A-Za-z_][A-Za-z0-9_]*=/,
    expected: "NAME=VALUE",
    help: "an environment variable of the container; may be repeated",
  },
  port: {
    ...number,
    range: [1, 65_535],
    help: "the port that the container serves; on the host's network, each client after the first has the next port",
  },
  path: {
    ...text,
    placeholder: "<path>",
    pattern: /^\/\S*$/,
    expected: "a path that begins with /",
    help: "the path of an HTTP request that must answer with 2xx (default: a TCP connection)",
  },
  cpu: {
    ...decimal,
    placeholder: "<cpus>",
    range: [0.01, 1024],
    help: "CPUs that the container may use, such as 0.5",
  },
  memoryLimit: {
    ...number,
    placeholder: "<MiB>",
    range: [4, 1_048_576],
    help: "MiB of memory that the container may use",
  },
  cgroupParent: {
    ...text,
    placeholder: "<group>",
    pattern: /^(\/[\w.:/-]+|[\w.:\\-]+\.slice)$/,
    expected: "a path that begins with /, or a systemd slice",
    help: "the parent of the sandboxes' control groups (default: one for the campaign)",
  },
  seccomp: { ...flag, help: "request the CRI service's default seccomp profile for the sandbox, as kubelets do" },
  pull: { ...flag, help: "pull the image in each cold start, as a separate stage" },
  withContainer: { ...flag, help: "background sandboxes also run a container" },
  arrivals: {
    ...text,
    placeholder: "<kind>",
    pattern: /^(poisson|uniform|trace:.+)$/,
    expected: "poisson, uniform or trace:FILE",
    help: "when starts arrive: poisson, uniform, or trace:FILE",
  },
  rate: {
    ...own,
    value: "decimals",
    placeholder: "<list>",
    range: [0.001, 10_000],
    word: "search",
    help: "starts per second, such as 2,5,10; search finds the highest rate that meets --slo",
  },
  resolution: {
    ...percent,
    range: [1, 50],
    help: "with --rate search: stop when the lowest rate that misses --slo is at most this percentage above the highest that meets it",
  },
  duration: {
    ...seconds,
    range: [0.1, 86_400],
    help: "arrivals: seconds for which each rate is measured; io: seconds of each fio job",
  },
  hold: {
    ...text,
    placeholder: "<seconds>",
    pattern: /^(exponential:)?\d{1,6}(\.\d{1,3})?$/,
    expected: "seconds such as 2, or exponential:2",
    help: "lifetime of a sandbox in seconds: 2, or exponential:2 for random lifetimes with a mean of 2",
  },
  inFlight: {
    ...number,
    range: [1, 100_000],
    help: "largest number of starts in progress; further starts are refused",
  },
  alive: { ...number, range: [1, 100_000], help: "largest number of sandboxes alive; further starts are refused" },
  traceSpeed: { ...decimal, placeholder: "<n>", range: [0.001, 1_000_000], help: "speed up a trace by this factor" },
  slo: {
    ...text,
    placeholder: "<objective>",
    pattern: /^p(?!0+(\.0+)?:)\d{1,2}(\.\d{1,2})?:(?!0+(\.0+)?m?s)\d{1,6}(\.\d{1,3})?(ms|s)$/,
    expected: "a quantile and a limit, such as p99:2s",
    help: "the objective for latencies, such as p99:2s; the highest rate that meets it is reported",
  },
  step: { ...number, range: [1, 10_000], help: "fit: sandboxes that each step adds" },
  growth: { ...percent, range: [1, 100], help: "fit: each step grows the density by this percentage" },
  reserve: { ...percent, range: [1, 90], help: "fit: percentage of each limit to keep free" },
  latencyLimit: { ...seconds, range: [0.001, 86_400], help: "fit: stop if a step's p99 is longer than this" },
  pressureLimit: {
    ...decimal,
    placeholder: "<percent>",
    range: [0, 100],
    help: "fit: stop if tasks waited for memory for more than this percentage of the last 10 s",
  },
} as const satisfies Readonly<Record<string, SettingRule>>;

/** The settings besides the runtimes, by name. */
export type SettingName = keyof typeof settingRules;

/** The settings of a sandbox's container, which have no effect without one. */
export const containerSettingNames = [
  ...(["image", "command", "env", "port", "path", "cpu", "memoryLimit", "pull"] as const),
] satisfies readonly SettingName[];

/** The settings of an experiment whose sandboxes may have a container and their own network. */
export const workloadSettingNames = ["network", ...containerSettingNames, "cgroupParent", "seccomp"] as const;

/** The names of all settings, in the order of the help text. */
export const settingNames = Object.keys(settingRules) as readonly SettingName[];

/** Returns the rule of one setting. */
export const settingRule = (name: SettingName): SettingRule => settingRules[name];
