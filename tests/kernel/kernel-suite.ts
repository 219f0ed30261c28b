import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { suite, type Test } from "uvu";
import { writeFiles } from "../support/temp.js";
import { LiveKernel, labKernel } from "./live-kernel.js";

/** The kernel that all tests of a suite use, and its folder. */
interface Shared {
  readonly kernel: LiveKernel;
  readonly folder: string;
}

/**
 * Returns a suite whose tests share one kernel and a new folder, which are removed after the last test.
 *
 * @param files the files in the folder
 * @param prefix the beginning of the folder's name
 * @param below the kernel's working directory below the folder
 */
export function kernelSuite(
  name: string,
  files: Readonly<Record<string, string>>,
  { prefix = "rund-lab-test-", below = "." } = {},
): Test<Shared> {
  const test = suite<Shared>(name);
  test.before(async context => {
    const folder = mkdtempSync(join(tmpdir(), prefix));
    writeFiles(folder, files);
    mkdirSync(join(folder, below), { recursive: true });
    Object.assign(context, { folder, kernel: await LiveKernel.start(labKernel, join(folder, below)) });
  });
  test.after(async ({ kernel, folder }) => {
    await kernel.stop();
    rmSync(folder, { recursive: true });
  });
  return test;
}
