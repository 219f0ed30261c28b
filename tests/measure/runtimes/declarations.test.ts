import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { poolConfig } from "../../../src/measure/changes/thin-pool.js";
import { containerdConfig } from "../../../src/measure/containerd/config.js";
import { shimProgram } from "../../../src/measure/containerd/handlers.js";
import { experimentTable } from "../../../src/measure/experiments/index.js";
import { readVersions } from "../../../src/measure/host/versions.js";
import { readCampaignFile } from "../../../src/measure/plan/campaign-file.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import { knownRuntimes } from "../../../src/model/runtimes.js";
import { projectRoot } from "../../support/needs.js";

const test = suite("the declared runtimes");
const of = (id: string) => findRuntime(id, runtimes);

test("each runtime has its own id and colour, and all runtimes that are known without a campaign's record are declared", () => {
  assert.is(new Set(runtimes.map(({ id }) => id)).size, runtimes.length);
  assert.is(new Set(runtimes.map(({ colour }) => colour)).size, runtimes.length);
  for (const { id, label } of knownRuntimes) assert.is(of(id).label, label);
});

test("handlers, snapshotters, config files and guest memory of the paper's four runtimes are those of its scripts", () => {
  const table = ["kata", "katafc", "katatemplate", "rund"]
    .map(of)
    .map(runtime => [
      runtime.handler,
      runtime.snapshotter,
      runtime.config?.path,
      runtime.guestMemoryExtraMb,
      runtime.template,
    ]);
  assert.equal(table, [
    ["kata", "overlayfs", "/etc/kata-containers/configuration-qemu.toml", 200, null],
    ["kata-fc", "devmapper", "/etc/kata-containers/configuration-fc.toml", 160, null],
    ["kata-template", "overlayfs", "/etc/kata-containers/configuration-template.toml", 240, "kata-factory"],
    ["rund", "overlayfs", "/etc/kata-containers2/configuration.toml", 180, "rund-template"],
  ]);
});

test("the declarations of Kata 3 are marked as untested", () => {
  const kata3 = runtimes.filter(({ id }) => id.startsWith("kata3"));
  assert.equal(
    kata3.map(({ handler }) => handler),
    ["kata-qemu", "kata-clh", "kata-fc", "kata-dragonball"],
  );
  for (const runtime of runtimes) assert.is(runtime.untested === true, kata3.includes(runtime), runtime.id);
});

/** Command lines as they are on a machine with the runtime, and the component each is. */
const commandLines: Readonly<Record<string, readonly (readonly [component: string | null, line: string])[]>> = {
  kata: [
    ["shim", "/opt/kata/bin/containerd-shim-kata-v2 -namespace k8s.io -address /run/containerd/containerd.sock -id ab"],
    ["vmm", "/opt/kata/bin/qemu-virtiofs-system-x86_64 -name sandbox-ab -machine pc"],
    ["virtiofsd", "/opt/kata/bin/virtiofsd --fd=3 -o source=/run/kata-containers/shared"],
    ["other", "/opt/kata/libexec/kata-containers/kata-proxy -x"],
    [null, "vi /opt/kata/share/x"],
  ],
  katafc: [
    ["shim", "/opt/kata2/bin/containerd-shim-kata-v2 -namespace k8s.io -id ab"],
    ["vmm", "/firecracker --id ab --start-time-us 1"],
    ["vmm", "/opt/kata2/bin/firecracker --api-sock x"],
    [null, "/usr/bin/containerd"],
  ],
  rund: [["sandbox", "/usr/local/bin/containerd-shim-rund-v2 -namespace k8s.io -id ab"]],
  runc: [
    ["shim", "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ab -address /a.sock"],
    ["pause", "/pause"],
    [null, "/pauses"],
    [null, "grep /usr/bin/containerd-shim-runc-v2 x"],
  ],
  runsc: [
    ["shim", "/usr/bin/containerd-shim-runc-v2 -namespace k8s.io -id ab"],
    ["gofer", "runsc-gofer --root=/x/runsc gofer --bundle /b"],
    ["sandbox", "runsc-sandbox --root=/x/runsc boot --bundle=/b ab"],
  ],
};

for (const [id, lines] of Object.entries(commandLines)) {
  test(`${id}: each of its processes belongs to one component, and no other process does`, () => {
    for (const [component, line] of lines) {
      const found = of(id).processes.find(({ pattern }) => pattern.test(line));
      assert.is(found?.component ?? null, component, line);
    }
  });
}

test("the processes of the paper's four runtimes match the patterns of its scripts", () => {
  const originals = {
    kata: /^\/opt\/kata/,
    katatemplate: /^\/opt\/kata/,
    katafc: /^((\/firecracker)|(\/opt\/kata\/))/,
    rund: /^\/usr\/local\/bin\/containerd-shim-rund-v2/,
  };
  const lines = Object.values(commandLines).flatMap(each => each.map(([, line]) => line));
  for (const [id, original] of Object.entries(originals)) {
    for (const line of lines.filter(line => original.test(line))) {
      assert.ok(
        of(id).processes.some(({ pattern }) => pattern.test(line)),
        `${id}: ${line}`,
      );
    }
  }
});

test("environment/containerd.toml has the handlers of the declarations and the pool of env pool up", () => {
  const text = readFileSync(join(projectRoot, "environment/containerd.toml"), "utf8");
  const { plugins } = parse(text) as { plugins: Record<string, { containerd: { runtimes: Record<string, unknown> } }> };
  const declared = ["kata", "katatemplate", "katafc", "rund"]
    .map(of)
    .map(({ handler, shim, config }) => [handler, { runtime_type: shim!.type, options: { ConfigPath: config!.path } }]);
  const { runc, ...handlers } = plugins["io.containerd.grpc.v1.cri"]!.containerd.runtimes;
  assert.ok(runc, "containerd's own default: without it there is no CRI");
  assert.equal(JSON.parse(JSON.stringify(handlers)), Object.fromEntries(declared));
  for (const line of poolConfig("/var/lib/rund-lab/pool").trim().split("\n")) assert.match(text, line.trim());
});

const privateConfig = (containerdVersion: readonly number[]) =>
  containerdConfig({
    containerdVersion,
    folder: "/f",
    socket: "/f/s",
    handlers: [
      { name: "runc", type: "io.containerd.runc.v2", binary: "/sbin/runc" },
      { name: "kata-qemu", type: "io.containerd.kata-qemu.v2", shimPath: "/opt/kata/bin/shim", configPath: "/c.toml" },
    ],
    snapshotter: "native",
    logLevel: "debug",
    restrictOomScoreAdj: true,
    cniPlugins: "/usr/lib/cni",
  });

test("the config for containerd 2.x is written in version 3, which containerd reads without a migration", () => {
  const { version, plugins } = JSON.parse(JSON.stringify(parse(privateConfig([2, 1, 9]))));
  assert.is(version, 3);
  assert.not("io.containerd.grpc.v1.cri" in plugins);
  assert.equal(plugins["io.containerd.cri.v1.images"], {
    snapshotter: "native",
    pinned_images: { sandbox: "rund-lab.local/pause:1" },
  });
  const { cni, containerd, restrict_oom_score_adj } = plugins["io.containerd.cri.v1.runtime"];
  assert.equal(cni, { conf_dir: "/f/cni", bin_dirs: ["/usr/lib/cni"] });
  assert.equal(Object.keys(containerd.runtimes), ["runc", "kata-qemu"]);
  assert.is(restrict_oom_score_adj, true);
  // 2.0 has one folder of CNI plugins
  const older = JSON.parse(JSON.stringify(parse(privateConfig([2, 0, 5])))).plugins["io.containerd.cri.v1.runtime"];
  assert.equal(older.cni, { conf_dir: "/f/cni", bin_dir: "/usr/lib/cni" });
});

test("the private containerd's config contains shim, config file and OCI runtime of each handler", () => {
  const text = privateConfig([1, 6, 20]);
  const { plugins } = JSON.parse(JSON.stringify(parse(text)));
  const cri = plugins["io.containerd.grpc.v1.cri"];
  assert.is(cri.restrict_oom_score_adj, true);
  assert.equal(cri.containerd, {
    snapshotter: "native",
    default_runtime_name: "runc",
    runtimes: {
      runc: { runtime_type: "io.containerd.runc.v2", options: { BinaryName: "/sbin/runc", Root: "/f/oci/runc" } },
      "kata-qemu": {
        runtime_type: "io.containerd.kata-qemu.v2",
        runtime_path: "/opt/kata/bin/shim",
        options: { ConfigPath: "/c.toml" },
      },
    },
  });
  assert.is(shimProgram("io.containerd.kata2.v2"), "containerd-shim-kata2-v2");
});

test("versions.txt has the same lines in the same order as the paper's scripts", async () => {
  const answers: Record<string, string> = {
    "uname -r": "4.19.91\n",
    "containerd --version": "containerd github.com/containerd/containerd v1.3.10 1c59\n",
    "crictl --version": "crictl version 1.16.1\n",
    "kata-runtime --version": "kata-runtime  : 1.12.1\n   commit   : b967\n",
    "/opt/kata/bin/qemu-virtiofs-system-x86_64 --version": "QEMU emulator version 5.0.0 (kata-static)\n",
  };
  const run = async (argv: readonly string[]) => {
    const answer = answers[argv.join(" ")];
    if (answer === undefined) throw new Error("not here");
    return answer;
  };
  assert.is(
    await readVersions(of("kata"), "v1.3.10", run),
    "4.19.91\ncontainerd github.com/containerd/containerd v1.3.10\ncrictl version 1.16.1\nkata-runtime  : 1.12.1\n   commit   : b967\nQEMU emulator version 5.0.0 (kata-static)\nwithout template\n",
  );
  assert.match(
    await readVersions(of("katafc"), "v1.3.10", run),
    "unavailable (/opt/kata2/bin/firecracker --version failed)\n",
  );
});

test("every campaign file can be read, and all its runtimes are declared", () => {
  const folder = join(projectRoot, "campaigns");
  const files = readdirSync(folder).filter(name => name !== "README.md");
  for (const name of ["paper-time", "paper-memory", "paper-density", "thirty-minutes", "two-minutes"]) {
    assert.ok(existsSync(join(folder, `${name}.yaml`)), name);
  }
  for (const file of files) {
    const campaign = readCampaignFile(join(folder, file));
    assert.is(`${campaign.name}.yaml`, file);
    for (const { experiment, runtimes: ids = [] } of campaign.experiments) {
      assert.ok(ids.length > 0, file);
      const { subjects } = experimentTable[experiment];
      for (const id of ids) if (subjects === undefined) of(id);
      if (subjects !== undefined)
        assert.ok(
          ids.every(id => subjects.all.some(subject => subject.id === id)),
          file,
        );
    }
  }
});

test("the paper's grids are the recorded ones", () => {
  const read = (name: string) => readCampaignFile(join(projectRoot, "campaigns", `${name}.yaml`)).experiments;
  const [time] = read("paper-time");
  assert.equal(time?.concurrency, [1, 10, 20, 50, 100, 200, 300, 400]);
  assert.is(time?.rounds, 50);
  const [memory] = read("paper-memory");
  assert.equal(memory?.memory, [128, 256, 512, 1024, 2048, 4096]);
  assert.equal(memory?.density, [1, 10, 100, 500, 1000, 2000]);
  const cells = new Map<string, string[]>();
  for (const { runtimes: ids, density, concurrency, rounds } of read("paper-density")) {
    assert.is(rounds, 20);
    for (const id of ids ?? []) {
      const own = density!.flatMap(d => concurrency!.map(c => `${d}/${c}`));
      cells.set(id, [...(cells.get(id) ?? []), ...own]);
    }
  }
  const recorded = readFileSync(join(projectRoot, "paper_data/rounds.csv"), "utf8").split("\n").slice(1);
  const found = new Map<string, Set<string>>();
  for (const line of recorded) {
    const [, experiment, runtime = "", density, concurrency] = line.split(",");
    if (experiment === "density")
      found.set(runtime, (found.get(runtime) ?? new Set()).add(`${density}/${concurrency}`));
  }
  for (const [id, own] of cells) assert.equal([...own].sort(), [...(found.get(id) ?? [])].sort(), id);
});

test.run();
