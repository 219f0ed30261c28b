import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, closeSync, existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findHandlers } from "../../../src/measure/containerd/handlers.js";
import { runscWrapper } from "../../../src/measure/containerd/runsc-wrapper.js";
import { runtimes } from "../../../src/measure/runtimes/index.js";
import type { RuntimeDeclaration } from "../../../src/measure/runtimes/runtime.js";
import { identify } from "../../../src/measure/system/process-identity.js";
import { until } from "../../support/child-command.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("the handlers that a machine can run");

function programs(folder: string, ...names: readonly string[]): string {
  for (const name of names) {
    writeFiles(folder, { [name]: "#!/bin/sh\n" });
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

test("an OCI runtime needs its program and its shim", () =>
  inTempFolder(folder => {
    assert.equal(findHandlers(runtimes, programs(folder, "runc", "crun")), []);
    const path = programs(folder, "containerd-shim-runc-v2");
    assert.equal(
      findHandlers(runtimes, path).map(({ name, binary }) => [name, binary]),
      [
        ["runc", join(folder, "runc")],
        ["crun", join(folder, "crun")],
      ],
    );
  }));

test("gVisor's own shim is used where it is installed", () =>
  inTempFolder(folder => {
    const path = programs(folder, "runsc", "containerd-shim-runc-v2");
    assert.is(findHandlers(runtimes, path)[0]?.type, "io.containerd.runc.v2");
    assert.equal(findHandlers(runtimes, programs(path, "containerd-shim-runsc-v1")), [
      { name: "runsc", type: "io.containerd.runsc.v1" },
    ]);
  }));

test("a Kata runtime needs its shim and its config; the first of two with one handler is used", () =>
  inTempFolder(folder => {
    const path = programs(folder, "containerd-shim-mine-v2");
    const mine = (id: string, config: string): RuntimeDeclaration => ({
      ...runtimes[0]!,
      id,
      handler: "mine",
      shim: { type: "io.containerd.mine.v2" },
      config: { path: join(folder, config), hypervisor: "hypervisor.qemu", overlay: {} },
    });
    assert.equal(findHandlers([mine("a", "a.toml"), mine("b", "b.toml")], path), []);
    writeFiles(folder, { "b.toml": "" });
    assert.equal(findHandlers([mine("a", "a.toml"), mine("b", "b.toml")], path), [
      { name: "mine", type: "io.containerd.mine.v2", configPath: join(folder, "b.toml") },
    ]);
  }));

test("runsc's wrapper passes every call on, and answers for a removed sandbox in the words that runc's shim knows", () =>
  inTempFolder(folder => {
    const runsc = join(folder, "it's runsc");
    const says = (text: string) => {
      writeFileSync(runsc, text);
      chmodSync(runsc, 0o755);
    };
    writeFileSync(join(folder, "wrapper"), runscWrapper(runsc));
    const call = (...words: readonly string[]) =>
      spawnSync("sh", [join(folder, "wrapper"), ...words], { encoding: "utf8" });
    says('#!/bin/sh\necho "$#: $*"\n');
    const options = "--platform=ptrace --network=host --ignore-cgroups";
    assert.is(call("--root", "/a b", "create", "x").stdout, `7: ${options} --root /a b create x\n`);
    assert.is(call("--root", "/r", "kill", "x", "9").status, 0);
    says("#!/bin/sh\necho 'loading: sandbox is not running' >&2\nexit 128\n");
    const gone = call("--root", "/r", "kill", "x", "9");
    assert.equal([gone.status, gone.stderr], [128, "container not running\n"]);
    says("#!/bin/sh\necho 'something else' >&2\nexit 3\n");
    const other = call("--root", "/r", "kill", "x", "9");
    assert.equal([other.status, other.stderr], [3, "something else\n"]);
    assert.is(execFileSync("sh", ["-n", join(folder, "wrapper")]).length, 0);
  }));

test("a container's streams outlive `create`; `start` writes to them, `kill -9` and `delete` end the process that holds them", () =>
  inTempFolder(async folder => {
    const runsc = join(folder, "runsc");
    const wrapper = join(folder, "wrapper");
    writeFiles(folder, {
      runsc: `#!/bin/sh\ncase "$*" in *start*) echo the line ;; *kill*) echo 'sandbox is not running' >&2; exit 128 ;; esac\n`,
      wrapper: runscWrapper(runsc),
      "bundle/config.json": '{"annotations":{"io.kubernetes.cri.container-type":"container"}}',
      "pod/config.json": '{"annotations":{"io.kubernetes.cri.container-type":"sandbox"}}',
    });
    chmodSync(runsc, 0o755);
    const call = (...words: readonly string[]) => execFileSync("sh", [wrapper, "--root", folder, ...words]);
    const output = openSync(join(folder, "output"), "w");
    const create = (id: string, bundle: string) =>
      spawnSync(
        "sh",
        [
          ...[wrapper, "--root", folder, "create", "--bundle", join(folder, bundle)],
          ...["--pid-file", join(folder, `${id}.pid`), id],
        ],
        { stdio: ["ignore", output, output] },
      );
    create("pod1", "pod");
    assert.not.ok(existsSync(join(folder, "pod1.pid")), "a sandbox's own process writes its pid itself");
    for (const end of [
      ["kill", "c1", "9"],
      ["delete", "c1"],
    ]) {
      create("c1", "bundle");
      const holder = Number(readFileSync(join(folder, "c1.pid"), "utf8"));
      assert.ok(existsSync(`/proc/${holder}`));
      call("start", "c1");
      spawnSync("sh", [wrapper, "--root", folder, ...end]);
      await until(() => identify(holder) === undefined, `it lives on after ${end.join(" ")}`);
      assert.not.ok(existsSync(join(folder, "c1.holder")));
    }
    assert.is(readFileSync(join(folder, "output"), "utf8"), "the line\nthe line\n");
    closeSync(output);
  }));

test.run();
