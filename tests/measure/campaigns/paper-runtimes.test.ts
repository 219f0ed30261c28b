import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "@decimalturn/toml-patch";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ReplayServer, startReplayServer } from "../../../src/measure/cri/index.js";
import { restoreMachine } from "../../../src/measure/environment/index.js";
import type { LabError } from "../../../src/model/errors.js";
import { projectRoot } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { configs, installedMachine, type StandIn } from "../environment/stand-ins.js";
import { readCampaign } from "../experiments/campaigns.js";
import { instantSource, machineCampaign, ownConfig } from "./machine-campaign.js";

const test = suite("whole campaigns of the paper's runtimes on a stand-in of their machine");
let server: ReplayServer;
test.before(async () => {
  server = await startReplayServer(instantSource, { speed: 100 });
});
test.after(() => server.close());
const socket = () => server.endpoint.replace("unix://", "");

const templateFile = "/etc/kata-containers/configuration-template.toml";
const destroy = `kata-runtime --kata-config ${templateFile} factory destroy`;
const template = [destroy, `kata-runtime --kata-config ${templateFile} factory init`, "wait 5"];
const restart = "systemctl restart containerd";

/** A time round, two guest memories and a density round: what is called and started, as the original's scripts do it. */
const original = [
  {
    id: "kata",
    calls: [
      "kata prewarm: 168 MB overlayfs",
      "kata test: 168 MB overlayfs",
      "kata background: 328 MB overlayfs",
      "kata background: 456 MB overlayfs",
      "kata background: 168 MB overlayfs",
      "kata prewarm: 168 MB overlayfs",
      "kata test: 168 MB overlayfs",
    ],
    own: { machine_type: "pc", shared_fs: "virtio-fs", image: "/opt/kata/share/kata-containers/kata-containers.img" },
    runtime: {},
  },
  {
    id: "katafc",
    calls: [
      restart,
      "kata-fc prewarm: 168 MB devmapper",
      "kata-fc test: 168 MB devmapper",
      restart,
      restart,
      "kata-fc background: 288 MB devmapper",
      "kata-fc background: 416 MB devmapper",
      restart,
      restart,
      "kata-fc background: 168 MB devmapper",
      "kata-fc prewarm: 168 MB devmapper",
      "kata-fc test: 168 MB devmapper",
      restart,
    ],
    own: { block_device_driver: "virtio-mmio", path: "/opt/kata2/bin/firecracker" },
    runtime: {},
  },
  {
    id: "katatemplate",
    calls: [
      ...template,
      "kata-template prewarm: 168 MB overlayfs",
      "kata-template test: 168 MB overlayfs",
      destroy,
      ...template,
      ...template,
      "kata-template background: 368 MB overlayfs",
      ...template,
      "kata-template background: 496 MB overlayfs",
      destroy,
      ...template,
      "kata-template background: 168 MB overlayfs",
      "kata-template prewarm: 168 MB overlayfs",
      "kata-template test: 168 MB overlayfs",
      destroy,
    ],
    own: {
      ...{ shared_fs: "virtio-9p", image: undefined },
      initrd: "/opt/kata/share/kata-containers/kata-containers-initrd.img",
    },
    runtime: {},
  },
  {
    id: "rund",
    calls: [
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund prewarm: 168 MB overlayfs BootFromTemplate",
      "rund test: 168 MB overlayfs BootFromTemplate",
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund probe: 308 MB overlayfs BootToBeTemplate",
      "rund background: 308 MB overlayfs BootFromTemplate",
      "rund probe: 436 MB overlayfs BootToBeTemplate",
      "rund background: 436 MB overlayfs BootFromTemplate",
      "rund probe: 168 MB overlayfs BootToBeTemplate",
      "rund background: 168 MB overlayfs BootFromTemplate",
      "rund prewarm: 168 MB overlayfs BootFromTemplate",
      "rund test: 168 MB overlayfs BootFromTemplate",
    ],
    own: {},
    runtime: {
      ...{ guest_hook_path: "/", disable_new_netns: true, sandbox_cgroup_only: true, vcpu_cgroup_support: false },
      ...{ disabled_cgroup_hierarchies: "memory", disable_update_container_cgroup: true },
    },
  },
] as const;

/** Lines in a row that are the same, once: the clients of one round. */
const merged = (lines: readonly string[]) =>
  lines.filter((line, index) => line === restart || line !== lines[index - 1]);

function assertUntouched(machine: StandIn): void {
  for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);
  assert.not.ok(existsSync(join(machine.root, "var/lib/rund-lab/changes")), "no journal is left");
  assert.equal(server.sandboxes(), []);
}

/** Another process than this one is what a crash leaves as the owner. */
function ownerDied({ root }: StandIn): void {
  const file = join(root, "var/lib/rund-lab/changes/journal.json");
  const journal = JSON.parse(readFileSync(file, "utf8"));
  writeFileSync(file, JSON.stringify({ ...journal, owner: { ...journal.owner, startTicks: 1 } }));
}

/** What is measured in a complete small campaign: two rounds and two snapshots. */
function assertComplete(folder: string): void {
  const { events, read } = readCampaign(folder);
  const measured = events.flatMap(event => (event.event === "round" || event.event === "memory" ? [event.event] : []));
  assert.equal(measured, ["round", "memory", "memory", "round"]);
  assert.is(JSON.parse(read("run.json")).status, "complete");
}

/** A machine of its own, and an empty folder for the campaign. */
const inMachine = (work: (machine: StandIn, folder: string) => Promise<void>) =>
  inTempFolder(async root => {
    const machine = installedMachine(join(root, "machine"));
    const folder = join(root, "campaign");
    mkdirSync(folder);
    await work(machine, folder);
  });

for (const { id, calls, own, runtime } of original) {
  /** The moments of a whole campaign, steps and sandboxes and steps taken back. */
  const moments: string[] = [];

  test(`${id}: commands, guest memory, template and snapshotter are the original's, and every config is the same again`, () =>
    inMachine(async (machine, folder) => {
      const seen: string[] = [];
      const { error } = await machineCampaign(folder, id, machine, socket(), {
        at: what => {
          moments.push(what);
          if (what.endsWith(" test")) seen.push(machine.text(ownConfig[what.split(" ")[0]!]!.file));
        },
      });
      assert.is(error, undefined);
      assert.equal(merged(machine.calls()), calls);
      for (const text of seen) {
        const config = parse(text) as Record<string, Record<string, unknown>>;
        const { hypervisor } = Object.values(ownConfig).find(({ file }) =>
          text.startsWith(configs[file]!.slice(0, 15)),
        )!;
        const guest = config.hypervisor![hypervisor] as Record<string, unknown>;
        for (const [key, value] of Object.entries({ default_vcpus: 1, ...own })) assert.is(guest[key], value, key);
        const common = { internetworking_model: "tcfilter", ...(id === "rund" ? {} : { disable_guest_seccomp: true }) };
        for (const [key, value] of Object.entries({ ...common, ...runtime })) {
          assert.is(config.runtime![key], value, key);
        }
        assert.is(config.factory?.enable_template, id === "katatemplate" ? true : undefined);
      }
      assertUntouched(machine);
      assertComplete(folder);
    }));

  test(`${id}: a failure at any step leaves every config as it was, and the campaign can go on`, async () => {
    for (const [moment, what] of moments.entries()) {
      if (/ (probe|prewarm|test|background)$/.test(what)) continue;
      await inMachine(async (machine, folder) => {
        let passed = 0;
        const { error } = await machineCampaign(folder, id, machine, socket(), {
          at: () => {
            if (passed++ === moment) throw new Error("here");
          },
        });
        assert.match((error as Error).message, "here", what);
        if (existsSync(join(machine.root, "var/lib/rund-lab/changes/journal.json"))) {
          // it was in putting back itself
          ownerDied(machine);
          assert.is(await restoreMachine(machine), true);
        }
        assertUntouched(machine);
        assert.is((await machineCampaign(folder, id, machine, socket(), { resume: true })).error, undefined, what);
        assertComplete(folder);
        assertUntouched(machine);
      });
    }
  });

  test(`${id}: interrupted at any moment, everything is put back`, async () => {
    for (const [moment, what] of moments.entries()) {
      await inMachine(async (machine, folder) => {
        const controller = new AbortController();
        let passed = 0;
        const at = () => void (passed++ === moment && controller.abort());
        const { error } = await machineCampaign(folder, id, machine, socket(), { at, signal: controller.signal });
        // in putting back after the last result there is nothing left to interrupt
        if (error !== undefined) assert.is((error as LabError).code, "RUND_INTERRUPTED", what);
        assertUntouched(machine);
      });
    }
  });

  test(`${id}: killed in preparing, in measuring and in putting back: env restore, then --resume completes it`, async () => {
    const last = moments.length - 1;
    for (const moment of [1, moments.findIndex(what => what.endsWith(" test")), Math.round(last / 2), last]) {
      await inMachine(async (machine, folder) => {
        const script = join(projectRoot, "tests/measure/campaigns/killed-campaign.ts");
        const words = ["--import", "tsx", script, machine.root, folder, id, socket(), String(moment)];
        const child = spawn(process.execPath, words, { stdio: ["ignore", "inherit", "inherit"] });
        const [, signal] = await once(child, "exit");
        assert.is(signal, "SIGKILL");

        const refused = await machineCampaign(folder, id, machine, socket(), { resume: true });
        assert.is((refused.error as LabError).code, "RUND_CHANGES_LEFT", moments[moment]);
        assert.is(await restoreMachine(machine), true);
        for (const [path, text] of Object.entries(configs)) assert.is(machine.text(path), text, path);

        assert.is((await machineCampaign(folder, id, machine, socket(), { resume: true })).error, undefined);
        assertComplete(folder);
        assertUntouched(machine);
      });
    }
  });
}

test.run();
