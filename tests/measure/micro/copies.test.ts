import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import * as assert from "uvu/assert";
import { clearKilled } from "../../../src/measure/index.js";
import { microTools } from "../../../src/measure/micro/micro-tools.js";
import { CampaignCopies } from "../../../src/measure/micro/rootfs/campaign-copies.js";
import { mountsBelow } from "../../../src/measure/system/mounts.js";
import { LabError } from "../../../src/model/errors.js";
import { needs, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";
import { killAndResume } from "./killed.js";
import { loopsOf, needsBtrfs } from "./loops.js";

const test = suiteNeeding("copies of a block image", needs.root, needsBtrfs);

/** Copies of a campaign whose file system is mounted and stored in a folder of the test. */
const copiesIn = (folder: string) => new CampaignCopies("test", () => {}, folder, join(folder, "mounts"));

const refused = async (work: Promise<unknown>): Promise<LabError> => {
  const error = await work.catch(error => error);
  assert.instance(error, LabError);
  return error as LabError;
};

test("on the campaign's own btrfs a reflink shares its blocks and a full copy does not; nothing is left behind", () =>
  inTempFolder(async folder => {
    const copies = copiesIn(folder);
    try {
      await copies.prepare({ imageMiB: 16, copies: 4, folder: undefined });
      assert.is(loopsOf(folder).length, 1);
      const [mounted] = mountsBelow(folder);
      const template = join(mounted!, "rund-lab-test/template");
      assert.is(readFileSync(template).length, 16 * 2 ** 20);
      const usedMiB = () => {
        const { blocks, bfree, bsize } = statfsSync(mounted!);
        return ((blocks - bfree) * bsize) / 2 ** 20;
      };
      const alone = usedMiB();
      const [shared, full] = [await copies.measure("reflinked", 4), await copies.measure("copied", 4)];
      const operations = ({ phases }: typeof shared) =>
        phases.map(each => [each.phase, each.operation, each.us.length]);
      const removed = ["remove", "unlink", 4];
      assert.equal(operations(shared), [["make", "reflink", 4], removed]);
      assert.equal(operations(full), [["make", "copy", 4], removed]);
      // 64 MiB are written: far more work than a handful of references
      assert.ok(full.phases[0]!.totalMs > 2 * shared.phases[0]!.totalMs);
      assert.equal(readdirSync(dirname(template)), ["template"]);
      assert.ok(usedMiB() - alone < 16, `${usedMiB()} MiB used, ${alone} before`);
      assert.is(await copies.clear(undefined), 2);
    } finally {
      await copies.clear(undefined);
    }
    assert.equal(mountsBelow(folder), []);
    assert.equal(loopsOf(folder), []);
    assert.equal(readdirSync(folder), ["mounts"]);
  }));

test("more copies than the disk has room for are refused before anything is made", () =>
  inTempFolder(async folder => {
    const copies = copiesIn(folder);
    const { code, message, hint } = await refused(
      copies.prepare({ imageMiB: 65_536, copies: 10_000, folder: undefined }),
    );
    assert.is(code, "RUND_DISK_FULL");
    assert.match(message, "expected 655426048 MiB for all copies, found ");
    assert.match(hint!, "--large");
    assert.equal(readdirSync(folder), []);
  }));

const withoutReflinks = "/dev/shm";

test("in a folder on tmpfs a full copy is measured, and a reflink is an error with the next step", async () => {
  const copies = new CampaignCopies(`test-${process.pid}`);
  try {
    await copies.prepare({ imageMiB: 1, copies: 1, folder: withoutReflinks });
    assert.is((await copies.measure("copied", 1)).phases.length, 2);
    const { code, hint } = await refused(copies.measure("reflinked", 1));
    assert.is(code, "RUND_REFLINK");
    assert.match(hint!, "btrfs");
  } finally {
    assert.is(await copies.clear(withoutReflinks), 1);
  }
  assert.not(existsSync(`${withoutReflinks}/rund-lab-test-${process.pid}`));
});

test("the note of a killed campaign leads to its own file system, and to its copies in the user's folder", () =>
  inTempFolder(async parent => {
    const [notes, given] = [join(parent, "notes"), join(parent, "given")];
    mkdirSync(given);
    const campaign = `killed-${process.pid}`;
    const tools = microTools(campaign, "", {}, notes);
    try {
      await tools.copies.prepare({ imageMiB: 1, copies: 1, folder: given });
      const own = new CampaignCopies(campaign, () => {}, notes);
      await own.prepare({ imageMiB: 1, copies: 1, folder: undefined });
      assert.is(mountsBelow(`/run/rund-lab/${campaign}`).length, 1);
      const note = join(notes, `${campaign}.json`);
      const { process: alive, ...rest } = JSON.parse(readFileSync(note, "utf8"));
      writeFileSync(note, JSON.stringify({ ...rest, process: { ...alive, startTicks: 1 } }));
      assert.equal(await clearKilled(() => {}, notes), [{ campaign, sandboxes: 0 }]);
      assert.equal(mountsBelow(`/run/rund-lab/${campaign}`), []);
      for (const each of [notes, given]) assert.equal(readdirSync(each), []);
      assert.equal(loopsOf(parent), []);
    } finally {
      await tools.clear();
    }
  }));

test("a campaign needs no containerd; after a kill it continues, and leaves nothing behind", () =>
  inTempFolder(async out => {
    const words = ["run", "rootfs", "--runtime", "copied,reflinked", "--concurrency", "1,4", "--rounds", "1"];
    const campaign = await killAndResume(out, [...words, "--large", "4"], 4, 1);
    assert.equal(mountsBelow("/run/rund-lab"), []);
    assert.equal(loopsOf(basename(campaign)), []);
  }));

test.run();
