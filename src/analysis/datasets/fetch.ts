import { existsSync, renameSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { ExecaError, execa } from "execa";
import { LabError } from "../../model/errors.js";

/** The commit to fetch, and the tree ids that its two data folders must have. */
interface Pin {
  readonly repository: string;
  readonly commit: string;
  /** Folder → git tree id, which is a hash over all names and bytes in it. */
  readonly trees: Readonly<Record<string, string>>;
}

/** The RunD artifact at the commit for which these notebooks were written. */
export const artifactPin: Pin = {
  repository: "https://github.com/chengjiagan/RunD_ATC22.git",
  commit: "7aa9a96266c8862fd68e16be6f7338579d0b323f",
  trees: {
    paper_data: "cdf81b96ac0e310656371df92a57dc50d241d2e9",
    ae_data: "dfbad391dbdd4cf3901fa81df0f2b86e630f6cdf",
  },
};

interface FetchOptions {
  /** A different repository to clone from: a mirror's address or a local repository. It is verified as well. */
  readonly from?: string;
  readonly pin?: Pin;
  /** Called with each step as it begins. */
  readonly step?: (text: string) => void;
}

/**
 * Clones the artifact's data folders to `folder` and verifies them by tree id. Works in `<folder>.partial`, which a later call
 * continues, and renames it only after everything is verified.
 *
 * @returns `present` if the verified folder existed already, otherwise `fetched`
 * @throws LabError `RUND_FETCH` of kind `machine` if git is missing or the repository cannot be reached; `RUND_FETCH_TREE` of
 * kind `input` if the fetched tree is not the pinned one
 */
export async function fetchArtifact(folder: string, options: FetchOptions = {}): Promise<"present" | "fetched"> {
  const { pin = artifactPin, step = () => {} } = options;
  const from = options.from ?? pin.repository;
  if (existsSync(folder)) {
    await verifyTrees(folder, pin);
    return "present";
  }
  const partial = `${folder}.partial`;
  await mkdir(dirname(folder), { recursive: true });
  const git = (...words: readonly string[]) => runGit(partial, words, from);
  if (!existsSync(`${partial}/.git`)) {
    await mkdir(partial, { recursive: true });
    await git("init", "--quiet");
    await git("config", "core.autocrlf", "false");
  }
  step(`fetching ${pin.commit.slice(0, 10)} from ${from}`);
  await git("fetch", "--quiet", "--depth=1", "--filter=blob:none", from, pin.commit);
  // a filtered fetch requests file contents at checkout, from a remote that has a name
  await git("config", "remote.origin.url", from);
  await git("config", "remote.origin.promisor", "true");
  await git("config", "remote.origin.partialclonefilter", "blob:none");
  step(`checking out ${Object.keys(pin.trees).join(" and ")}`);
  await git("sparse-checkout", "set", ...Object.keys(pin.trees));
  await git("checkout", "--quiet", "--force", "--detach", pin.commit);
  step("verifying");
  await verifyTrees(partial, pin);
  renameSync(partial, folder);
  return "fetched";
}

/**
 * Checks that a clone's data folders are the pinned ones, in its history and on disk.
 *
 * @throws LabError `RUND_FETCH_TREE`
 */
export async function verifyTrees(folder: string, pin: Pin = artifactPin): Promise<void> {
  for (const [name, expected] of Object.entries(pin.trees)) {
    const found = (await runGit(folder, ["rev-parse", `HEAD:${name}`], folder)).trim();
    if (found !== expected) {
      throw new LabError("RUND_FETCH_TREE", "input", "", {
        where: `${folder}/${name}`,
        expected: `tree ${expected}`,
        found,
        hint: "this is a different version of the artifact, or another repository; move it away and fetch again",
      });
    }
    const changed = (await runGit(folder, ["status", "--porcelain", "--", name], folder)).trim();
    if (changed !== "") {
      throw new LabError("RUND_FETCH_TREE", "input", "", {
        where: `${folder}/${name}`,
        expected: "the files as committed",
        found: `${changed.split("\n").length} changed, the first: ${changed.split("\n")[0]}`,
        hint: `restore the files with \`git -C ${folder} checkout -- ${name}\``,
      });
    }
  }
}

async function runGit(folder: string, words: readonly string[], from: string): Promise<string> {
  try {
    const { stdout } = await execa("git", words, { cwd: folder, env: { GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" } });
    return stdout;
  } catch (error) {
    if (error instanceof ExecaError && error.code === "ENOENT" && existsSync(folder)) {
      throw new LabError("RUND_FETCH", "machine", "git is not installed", {
        hint: "install git, then fetch again",
        cause: error,
      });
    }
    const lines = error instanceof ExecaError ? String(error.stderr).trim().split("\n") : [String(error)];
    const said = lines.find(line => line.startsWith("fatal: "))?.slice("fatal: ".length) ?? lines.at(-1);
    throw new LabError("RUND_FETCH", "machine", `git ${words[0]} failed: ${said}`, {
      where: from,
      hint: "check the network, or name a copy with --from; the next fetch continues where this one stopped",
      cause: error,
    });
  }
}
