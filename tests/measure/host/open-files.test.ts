import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { inotifyInstances, openFilesOf } from "../../../src/measure/host/open-files.js";
import { inTempFolder, writeFiles } from "../../support/temp.js";

const test = suite("open files and inotify instances");

/** A proc folder with two processes of root and one of another user. */
function fill(proc: string): void {
  const limits = "Limit                     Soft Limit           Hard Limit           Units\n";
  writeFiles(proc, {
    "7/limits": `${limits}Max open files            1024                 524288               files\n`,
    "8/limits": `${limits}Max open files            unlimited            unlimited            files\n`,
    "7/status": "Name:\tcontainerd\nUid:\t0\t0\t0\t0\n",
    "8/status": "Name:\tshim\nUid:\t0\t0\t0\t0\n",
    "9/status": "Name:\tother\nUid:\t1000\t1000\t1000\t1000\n",
    "sys/fs/inotify/max_user_instances": "128\n",
  });
  const targets = {
    7: ["/dev/null", "anon_inode:inotify", "socket:[1]"],
    8: ["anon_inode:inotify"],
    9: ["anon_inode:inotify"],
  };
  for (const [pid, files] of Object.entries(targets)) {
    mkdirSync(join(proc, pid, "fd"));
    for (const [number, target] of files.entries()) symlinkSync(target, join(proc, pid, "fd", String(number)));
  }
}

test("a process's open files are compared with its own soft limit", () =>
  inTempFolder(proc => {
    fill(proc);
    assert.equal(openFilesOf(7, proc), { used: 3, limit: 1024 });
    assert.equal(openFilesOf(8, proc), { used: 1, limit: Number.POSITIVE_INFINITY });
    assert.is(openFilesOf(99, proc), undefined);
  }));

test("the inotify instances of root's processes are counted", () =>
  inTempFolder(proc => {
    fill(proc);
    assert.equal(inotifyInstances(proc), { used: 2, limit: 128 });
  }));

test.run();
