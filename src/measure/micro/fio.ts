import { z } from "zod";
import { type IoJob, type IoPattern, ioPatterns } from "../../campaign-files/events/io.js";
import { LabError } from "../../model/errors.js";
import { checkedJson } from "../../model/mismatch.js";
import type { ContainerOutput } from "../round/driver.js";

/** One job of fio: its access pattern, its block size, and whether it bypasses the page cache. */
type FioJob = Pick<IoJob, "pattern" | "blockBytes" | "direct">;

/** All jobs of a round, in the order in which a container runs them. */
export const fioJobs: readonly FioJob[] = [4096, 131_072].flatMap(blockBytes =>
  ioPatterns.flatMap(pattern => [false, true].map(direct => ({ pattern, blockBytes, direct }))),
);

/** The file in the container's root file system that the jobs read and write. */
const file = "/rund-lab-io";

/** The last line that the container writes, with fio's exit code. */
const ended = /^rund-lab: fio ended with (\d+)\n/m;

/**
 * Returns the command of a container that runs fio: it prints a line when it begins, fio's JSON, and a line with fio's exit
 * code. Then it sleeps until it is removed, because containerd 1.6 can lose the end of what a container wrote just before it
 * ended.
 *
 * Jobs run one after another on one file, with one request at a time. Those that write end with fsync, so that one job's
 * writes are not left to the next.
 *
 * @param seconds the duration of each job
 */
export function fioCommand(fileMiB: number, seconds: number, jobs: readonly FioJob[] = fioJobs): readonly string[] {
  const common = `--output-format=json --filename=${file} --size=${fileMiB}M --time_based --runtime=${Math.round(seconds * 1000)}ms --ioengine=psync --iodepth=1 --thread --fallocate=none`;
  const each = jobs.map(({ pattern, blockBytes, direct }) => {
    const sync = pattern.endsWith("write") ? " --end_fsync=1" : "";
    return `--name=${jobName({ pattern, blockBytes, direct })} --stonewall --rw=${pattern} --bs=${blockBytes} --direct=${direct ? 1 : 0}${sync}`;
  });
  const script = `echo rund-lab: begins; fio ${common} ${each.join(" ")}; echo "rund-lab: fio ended with $?"; sleep 86400`;
  return ["sh", "-c", script];
}

/** Whether the output shows that fio has ended in the container. */
export const fioEnded = ({ stdout }: ContainerOutput): boolean => ended.test(stdout);

/**
 * Returns fio's JSON from a container's output, unchanged.
 *
 * @throws LabError `RUND_FIO_MISSING` if the image has no fio, `RUND_DISK_FULL`, `RUND_FIO` for any other failure
 */
export function fioJson({ stdout, stderr }: ContainerOutput, where: string): string {
  const [line = "", code] = ended.exec(stdout) ?? [];
  const begin = stdout.indexOf("\n{\n");
  const end = stdout.lastIndexOf("\n}\n");
  if (code === "127") {
    throw new LabError("RUND_FIO_MISSING", "machine", "the image has no fio", {
      where,
      found: lastLine(stderr),
      hint: "omit --image, so that rund-lab builds one from this machine's fio, or name an image that has fio and sh",
    });
  }
  if (/no space left on device/i.test(`${stdout}${stderr}`)) {
    throw new LabError("RUND_DISK_FULL", "machine", "the file that fio works on does not fit", {
      where,
      hint: "free disk space for containerd's root, or reduce --large and --concurrency",
    });
  }
  if (line === "" || begin === -1 || end < begin) {
    throw new LabError("RUND_FIO", "machine", "fio printed no result", {
      where,
      expected: "a JSON document",
      found: lastLine(stderr) || (code === undefined ? "nothing, and it has not ended" : `exit code ${code}`),
      hint: "run it by hand in a container of this image; --timeout gives it more time",
    });
  }
  return stdout.slice(begin + 1, end + 3);
}

const direction = z.object({
  iops: z.number(),
  bw_bytes: z.number(),
  clat_ns: z.object({ percentile: z.record(z.string(), z.number()).optional() }),
});
const result = z.object({
  jobs: z.array(z.object({ jobname: z.string(), error: z.number(), read: direction, write: direction })),
});

/**
 * Returns the jobs in fio's JSON.
 *
 * @throws LabError `RUND_FIO` if it is not the result of `fioCommand`
 */
export function readFioJobs(json: string, client: number, where: string): readonly IoJob[] {
  const parsed = checkedJson(json, result);
  const jobs = (parsed.ok ? parsed.value.jobs : undefined)?.map(
    ({ jobname, error, read, write }): IoJob | undefined => {
      const job = jobOf(jobname);
      if (job === undefined) return undefined;
      const { iops, bw_bytes, clat_ns } = job.pattern.endsWith("write") ? write : read;
      const us = (percentile: string) => (clat_ns.percentile?.[percentile] ?? 0) / 1000;
      return {
        client,
        ...job,
        error,
        iops,
        bytesPerSecond: bw_bytes,
        latencyP50Us: us("50.000000"),
        latencyP99Us: us("99.000000"),
      };
    },
  );
  if (jobs?.every(job => job !== undefined)) return jobs;
  throw new LabError("RUND_FIO", "machine", "fio's result has an unexpected form", {
    where,
    expected: "the JSON of fio 3",
    found: json.slice(0, 80),
    hint: "name an image with fio 3",
  });
}

const modes = { direct: true, buffered: false } as const;

/** Returns a job's name, such as `randread-4096-direct`. */
const jobName = ({ pattern, blockBytes, direct }: FioJob) =>
  [pattern, blockBytes, direct ? "direct" : "buffered"].join("-");

function jobOf(name: string): FioJob | undefined {
  const [pattern, bytes, mode] = name.split("-");
  if (!(ioPatterns as readonly (string | undefined)[]).includes(pattern) || mode === undefined) return undefined;
  if (!Object.hasOwn(modes, mode)) return undefined;
  return { pattern: pattern as IoPattern, blockBytes: Number(bytes), direct: modes[mode as keyof typeof modes] };
}

const lastLine = (text: string): string => text.trimEnd().split("\n").at(-1) ?? "";
