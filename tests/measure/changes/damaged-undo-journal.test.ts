/** Every field of an undo journal, replaced by every value of another type: nothing may be restored from it. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Step } from "../../../src/measure/changes/steps.js";
import { beginJournal, findJournal } from "../../../src/measure/changes/undo-journal.js";
import { LabError } from "../../../src/model/errors.js";
import { typeOf } from "../../campaign-files/types-of.js";
import { damagesOf, type Path } from "../../support/damaged-json.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("a damaged undo journal");

/** One step of every kind, with every field that it can have. */
const steps: readonly Step[] = [
  { kind: "command", argv: ["losetup", "-d"], capture: "LOOP", mayFail: true, onlyWith: "LOOP" },
  { kind: "absent", argv: ["dmsetup", "info"], what: "a pool" },
  { kind: "patch", file: "/etc/a.toml", changes: { a: { b: 1 } }, addSections: true },
  { kind: "put-back", file: "/etc/a.toml" },
  { kind: "restart-containerd", containerd: { unit: "containerd", socket: "/run/x.sock" } },
  { kind: "restart-containerd", containerd: { folder: "/var/lib/x" } },
  { kind: "empty-folder", folder: "/run/template" },
  { kind: "sandbox", handler: "rund" },
  { kind: "wait", seconds: 5 },
];

/** Lists of any length: one entry less is another list. */
const lists = ["undo", "files", "written", "argv", "changes"];
const optional = ["capture", "mayFail", "onlyWith", "addSections"];
const freeText = ["bootId", "capture", "onlyWith", "what", "file", "backup", "unit", "socket", "folder", "handler"];
const mayBeEmpty = ["bootId", "what", "handler"];

function isAllowed(path: Path, before: unknown, after: unknown): boolean {
  const last = String(path.at(-1));
  const holder = String(path.at(-2));
  const inList = typeof path.at(-1) === "number";
  if (after === undefined) {
    // groups and their steps are lists in "undo"
    const anyLength = lists.includes(holder) || (path[0] === "undo" && path.length === 3);
    if (inList) return anyLength;
    return holder === "changes" || path.at(-3) === "changes" || (path.length > 3 && optional.includes(last));
  }
  if (path.at(-3) === "changes")
    return (
      after === null ||
      ["string", "number", "boolean"].includes(typeof after) ||
      (Array.isArray(after) && after.length === 0)
    );
  if (holder === "changes") return typeOf(after) === "object" && typeOf(before) === "object";
  if (typeOf(after) !== typeOf(before)) return false;
  if (typeof before === "string") {
    if (holder === "argv") return true;
    return freeText.includes(last) && (after !== "" || mayBeEmpty.includes(last));
  }
  if (typeof before === "number") return after === 7 && last !== "version";
  if (typeof before === "boolean") return true;
  if (Array.isArray(before))
    return Array.isArray(after) && after.length === 0 && (lists.includes(last) || inList) && last !== "argv";
  return last === "changes" && Object.keys(after as object).length === 0;
}

test("any field of a wrong type is an error with the file's name, and nothing is changed", () =>
  inTempFolder(folder => {
    const config = join(folder, "config.toml");
    writeFileSync(config, "a = 1\n");
    const home = join(folder, "changes");
    const journal = beginJournal(home);
    journal.note(steps);
    journal.change(config, "a = 2\n");
    const file = join(home, "journal.json");
    const document = JSON.parse(readFileSync(file, "utf8"));
    assert.equal(findJournal(home)?.pending, [steps]);
    let damaged = 0;
    for (const { path, text } of damagesOf(document, isAllowed)) {
      writeFileSync(file, text);
      const what = `${path.join(".")}: ${text}`;
      try {
        findJournal(home);
        assert.unreachable(what);
      } catch (error) {
        assert.ok(error instanceof LabError && error.code === "RUND_CHANGES_JOURNAL", `${what}: ${error}`);
        assert.ok(error.where === file && error.exitCode === 3);
      }
      damaged++;
    }
    assert.ok(damaged > 500, String(damaged));
    writeFileSync(file, JSON.stringify(document));
    findJournal(home)!.putBack(config);
    assert.is(readFileSync(config, "utf8"), "a = 1\n");
  }));

test.run();
