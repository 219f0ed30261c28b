/**
 * The parts of the machine that tests need. A missing part skips the test with a line that names it; with
 * `RUND_LAB_REQUIRE=all` (as in CI) it fails instead. The third-party raw logs are never required.
 */
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { suite } from "uvu";

/** The tests skipped in this process, with reasons; child.ts reads the list. */
export const skipped: { name: string; reason: string }[] = [];

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The folder with the artifact's `paper_data` and `ae_data`, or undefined if they were not fetched. */
export const artifact: string | undefined = [
  process.env.RUND_LAB_ARTIFACT,
  join(projectRoot, "raw", "RunD_ATC22"),
].find((folder): folder is string => folder !== undefined && existsSync(join(folder, "paper_data")));

/** The folder with result files of other tools, or undefined if there is none. */
export const otherTools: string | undefined = [process.env.RUND_LAB_OTHERS].find(
  (folder): folder is string => folder !== undefined && existsSync(folder),
);

/** The full path of a program on PATH, or undefined. */
export function which(program: string): string | undefined {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {}
  }
  return undefined;
}

/** A part of the machine: its name for people, whether it is available, and whether CI may lack it. */
export interface Need {
  readonly name: string;
  readonly here: boolean;
  readonly optional?: boolean;
}

export const program = (name: string): Need => ({ name, here: which(name) !== undefined });

export const needs = {
  artifact: { name: "the artifact's raw logs", here: artifact !== undefined, optional: true },
  otherTools: { name: "result files of other tools", here: otherTools !== undefined, optional: true },
  root: { name: "root", here: process.getuid?.() === 0 },
  otherUser: {
    name: "a Node that may change its user id (Debian 13's may not)",
    here: canChangeUser(),
    optional: true,
  },
  containerd: program("containerd"),
  runc: program("runc"),
  crun: program("crun"),
  runsc: program("runsc"),
  smem: program("smem"),
  fio: program("fio"),
  jupyter: program("jupyter-nbconvert"),
  jupyterTests: {
    name: "python3-jupyter-kernel-test",
    here: existsSync("/usr/bin/python3") && existsSync("/usr/lib/python3/dist-packages/jupyter_kernel_test"),
  },
  chromium: program("chromium"),
  python: {
    name: "python3 with pandas",
    here: existsSync("/usr/bin/python3") && existsSync("/usr/lib/python3/dist-packages/pandas"),
  },
} satisfies Record<string, Need>;

/** Whether this process may change its user id and back. A Node with libuv's io_uring refuses. */
function canChangeUser(): boolean {
  try {
    process.seteuid?.(process.geteuid?.() ?? 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Returns a uvu suite that runs only if all parts that it needs are available.
 *
 * @example const test = suiteNeeding("cold starts on containerd", needs.root, needs.containerd);
 */
export function suiteNeeding(name: string, ...wanted: readonly Need[]) {
  const test = suite(name);
  const missing = wanted.filter(need => !need.here);
  if (missing.length === 0) return test;
  const reason = `missing: ${missing.map(need => need.name).join(", ")}`;
  if (process.env.RUND_LAB_REQUIRE === "all" && missing.some(need => need.optional !== true)) {
    const failing = suite(name);
    failing(`needs ${missing.map(need => need.name).join(", ")}`, () => {
      throw new Error(`${reason} (RUND_LAB_REQUIRE=all); environment/setup-debian.sh installs it`);
    });
    failing.run();
  }
  // the tests are collected, named as skipped, and never run
  return Object.assign(
    (title: string) => {
      skipped.push({ name: `${name}: ${title}`, reason });
    },
    {
      before: Object.assign(() => {}, { each: () => {} }),
      after: Object.assign(() => {}, { each: () => {} }),
      skip: () => {},
      only: () => {},
      run: () => {},
    },
  ) as unknown as typeof test;
}
