import { execa } from "execa";
import { LabError } from "../../model/errors.js";

/** Processes that sleep until they are ended, or until this process ends in any way. */
export interface Sleepers {
  readonly pids: readonly number[];
  /** Ends them all and waits until they have exited. */
  end(): Promise<void>;
}

/** Each child waits for a line of the shared standard input, which ends with the process that holds its other end. */
const script = `exec 3<&0
i=0
while [ "$i" -lt "$1" ]; do
  { read -r line <&3; exit 0; } & echo $!
  i=$((i + 1))
done
exec 3<&- </dev/null >&-
wait`;

/**
 * Starts sleeping processes: forks of one shell, which wait to read a pipe. They use no CPU time. If this process is
 * killed, the pipe ends and so do they.
 *
 * @throws LabError `RUND_SLEEPERS` if they cannot be started
 */
export async function startSleepers(count: number): Promise<Sleepers> {
  if (count === 0) return { pids: [], end: async () => {} };
  const shell = execa("sh", ["-c", script, "sleepers", String(count)], {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    reject: false,
    detached: true,
  });
  const pids = await firstNumbers(shell.stdout, count);
  if (pids.length < count) {
    shell.stdin.end();
    const { stderr } = await shell;
    throw new LabError("RUND_SLEEPERS", "machine", `${count} sleeping processes cannot be started`, {
      found: `${pids.length}${stderr === "" ? "" : ` (${stderr.split("\n")[0]})`}`,
      expected: String(count),
      hint: "reduce --density or --concurrency, or raise the limit on processes (`ulimit -u`, pids.max)",
    });
  }
  return {
    pids,
    async end() {
      shell.stdin.end();
      await shell;
    },
  };
}

/** Returns the first numbers of a stream, one per line; fewer if it ends earlier. */
async function firstNumbers(stream: AsyncIterable<unknown>, count: number): Promise<readonly number[]> {
  const numbers: number[] = [];
  let rest = "";
  for await (const chunk of stream) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    numbers.push(...lines.map(Number));
    if (numbers.length === count) break;
  }
  return numbers;
}
