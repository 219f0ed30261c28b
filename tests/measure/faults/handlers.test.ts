import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as assert from "uvu/assert";
import type { FailedSample } from "../../../src/campaign-files/events.js";
import { patchToml } from "../../../src/measure/changes/toml.js";
import { type PrivateContainerd, restartContainerd, startContainerd } from "../../../src/measure/index.js";
import { lab } from "../../support/command-line.js";
import { needs, suiteNeeding, which } from "../../support/needs.js";
import { readCampaign } from "../campaign/campaigns.js";
import { assertNothingLeft } from "../campaign/real.js";

/** OCI runtimes that misbehave on a real containerd: small scripts in front of runc. */
const test = suiteNeeding("handlers that misbehave on a real containerd", needs.root, needs.containerd, needs.runc);

const runc = which("runc");
/** What each does at `create` or `start`; everything else is runc's business. */
const handlers: Readonly<Record<string, string>> = {
  // the shim takes the reason from the runtime's log
  fails: `case " $* " in *" create "*) echo '{"level":"error","msg":"no such luck"}' >"$LOG"; exit 1 ;; esac`,
  hangs: `case " $* " in *" create "*) sleep 30 ;; esac`,
  // the program that was to answer ends by a signal
  killed: `case " $* " in *" create "*) kill -9 $$ ;; esac`,
  floods: `case " $* " in *" create "*) head -c 5000000 /dev/zero | tr '\\0' x >&2; exit 1 ;; esac`,
  // the sandbox's process ends a moment after it was started: every one's
  mortal: `case " $* " in *" start "*)
    ${runc} "$@" || exit $?
    for id; do :; done
    (sleep 0.3; exec ${runc} --root "$ROOT" kill "$id" KILL) >/dev/null 2>&1 </dev/null &
    exit 0 ;;
  esac`,
  // or only of those that are measured
  dies: `case " $* " in *" start "*)
    ${runc} "$@" || exit $?
    for id; do :; done
    grep -q '"io.kubernetes.cri.sandbox-name":"test-' "$STATE/$id/config.json" || exit 0
    (sleep 0.3; exec ${runc} --root "$ROOT" kill "$id" KILL) >/dev/null 2>&1 </dev/null &
    exit 0 ;;
  esac`,
};

let folder: string;
let containerd: PrivateContainerd;
test.before(async () => {
  folder = mkdtempSync(join(tmpdir(), "rund-lab-test-"));
  containerd = await startContainerd(join(folder, "containerd"));
  const text = readFileSync(containerd.configPath, "utf8");
  const [, table = ""] = /^\[(plugins\..*runtimes)\.runc\]$/m.exec(text) ?? [];
  let changed = text;
  for (const [name, script] of Object.entries(handlers)) {
    const program = join(folder, name);
    const root = `STATE=${containerd.folder}/state/io.containerd.runtime.v2.task/k8s.io; last=; for w; do case $last in --root) ROOT=$w ;; --log) LOG=$w ;; esac; last=$w; done`;
    writeFileSync(program, `#!/bin/sh\n${root}\n${script}\nexec ${runc} "$@"\n`);
    chmodSync(program, 0o755);
    changed = patchToml(
      changed,
      {
        [`${table}.${name}`]: { runtime_type: "io.containerd.runc.v2" },
        [`${table}.${name}.options`]: { BinaryName: program, Root: join(containerd.folder, "oci", name) },
      },
      "config",
      "add",
    );
  }
  writeFileSync(containerd.configPath, changed);
  containerd = await restartContainerd(containerd.folder);
});
test.after(async () => {
  await containerd.stop();
  rmSync(folder, { recursive: true });
});

/** Measures two rounds of two clients on a handler by the command line. */
async function campaignOn(handler: string, timeout: number) {
  const words = ["--handler", handler, "--concurrency", "2", "--rounds", "1", "--timeout", String(timeout)];
  const outcome = await lab([
    ...["run", "time", ...words, "--endpoint", containerd.endpoint],
    ...["--out", join(folder, "raw", handler), "--json"],
  ]);
  const path = /measuring into (\S+)/.exec(outcome.stderr)?.[1] ?? "";
  assert.is.not(path, "", outcome.stderr);
  const { rounds } = readCampaign(path);
  const failures = rounds.flatMap(({ samples }) =>
    samples.filter((sample): sample is FailedSample => sample.status !== "ready"),
  );
  return { ...outcome, rounds, failures };
}

test("a handler that fails: each start has the runtime's own message, and no measurement is exit code 1", async () => {
  const { code, stderr, failures } = await campaignOn("fails", 30);
  assert.is(code, 1, stderr);
  assert.equal(
    failures.map(({ status, reason }) => [status, reason]),
    [
      ["failed", "other"],
      ["failed", "other"],
    ],
  );
  for (const { message } of failures) assert.match(message, "no such luck");
  assert.match(stderr, /no round was complete; the first failure: .*no such luck/);
  await assertNothingLeft(containerd);
});

test("a handler that is killed: the failure is recorded, even without a message", async () => {
  const { code, failures } = await campaignOn("killed", 30);
  assert.is(code, 1);
  assert.is(failures.length, 2);
  for (const { message } of failures) assert.match(message, /RunPodSandbox: .*(killed|create)/);
  await assertNothingLeft(containerd);
});

test("a handler that writes 5 MB to standard error neither stops the campaign nor fills its journal", async () => {
  const { code, stderr, failures } = await campaignOn("floods", 60);
  assert.is(code, 1, stderr.slice(0, 1000));
  assert.is(failures.length, 2);
  for (const { message } of failures) assert.ok(message.length < 5_000, `${message.length} characters`);
  assert.ok(stderr.length < 20_000, `${stderr.length} characters on standard error`);
  await assertNothingLeft(containerd);
});

test("a handler whose sandboxes all exit by themselves is refused before anything is measured", async () => {
  const { code, stderr, rounds } = await campaignOn("mortal", 30);
  assert.is(code, 3, stderr);
  assert.match(stderr, /sandboxes of mortal die by themselves/);
  assert.match(
    stderr,
    /expected a sandbox that stays ready for 1000 ms, found (gone within \d+ ms after READY|created, but not ready)/,
  );
  assert.equal(rounds, []);
  await assertNothingLeft(containerd);
  // the plan of the same campaign knows it from the record, and starts nothing
  const out = ["--endpoint", containerd.endpoint, "--out", join(folder, "raw", "mortal")];
  const planned = await lab(["run", "time", "--handler", "mortal", "--concurrency", "2", ...out, "--plan"]);
  assert.match(
    planned.stdout,
    /not tried:\n {2}sandboxes of mortal exited by themselves when they were last tried \(.*\)\n/,
  );
  const doctor = await lab(["doctor", "--endpoint", containerd.endpoint, "--handler", "mortal", "--contract"]);
  assert.is(doctor.code, 1);
  assert.match(doctor.stdout, /LACK {2}mortal: keeps an idle sandbox ready/);
  await assertNothingLeft(containerd);
});

test("a handler whose sandboxes exit after READY: no cold start, no complete round", async () => {
  const { code, stderr, failures } = await campaignOn("dies", 30);
  assert.is(code, 1, stderr);
  assert.equal(
    failures.map(({ status }) => status),
    ["died", "died"],
  );
  await assertNothingLeft(containerd);
});

test("a handler that hangs: the starts time out at our deadline, and their remains are removed", async () => {
  const { code, stderr, failures } = await campaignOn("hangs", 2);
  assert.is(code, 1, stderr);
  assert.equal(
    failures.map(({ status, reason }) => [status, reason]),
    [
      ["timeout", "timeout"],
      ["timeout", "timeout"],
    ],
  );
  await assertNothingLeft(containerd);
});

test.run();
