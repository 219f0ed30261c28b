import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { findKernel, jupyterDataFolder } from "../../../src/jupyter/kernelspecs.js";
import type { CodeCell, Notebook } from "../../../src/jupyter/nbformat.js";
import { CellOutputs } from "../../../src/jupyter/outputs.js";
import { parseParameter, withParameters } from "../../../src/jupyter/parameters.js";
import type { LabError } from "../../../src/model/errors.js";
import { type DisplaySink, displaySink, displaySinkKey } from "../../../src/present/notebook/display.js";
import { bundleOf, mimeKey } from "../../../src/present/notebook/values.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("pieces of the headless runner");

const stream = (text: string, name = "stdout") => ({ type: "stream", content: { name, text } });
const display = (text: string, display_id?: string) => ({
  type: "display_data",
  content: { data: { "text/plain": text }, metadata: {}, transient: { display_id } },
});

test("streams that follow each other are one output", () => {
  const cell = new CellOutputs(new Map());
  for (const message of [stream("a"), stream("b"), stream("c", "stderr"), stream("d")]) cell.add(message);
  assert.equal(
    cell.outputs.map(output => "text" in output && output.text),
    ["ab", "c", "d"],
  );
});

test("clear_output empties at once, or before the next output", () => {
  const cell = new CellOutputs(new Map());
  const clear = (wait: boolean) => ({ type: "clear_output", content: { wait } });
  cell.add(stream("a"));
  cell.add(clear(false));
  assert.is(cell.outputs.length, 0);
  cell.add(stream("b"));
  cell.add(clear(true));
  assert.is(cell.outputs.length, 1);
  cell.add(stream("c"));
  assert.equal(cell.outputs, [{ output_type: "stream", name: "stdout", text: "c" }]);
});

test("an update replaces what is displayed under its id, in every cell", () => {
  const shared = new Map();
  const [first, second] = [new CellOutputs(shared), new CellOutputs(shared)];
  first.add(display("old", "id"));
  first.add(display("other"));
  second.add(display("old", "id"));
  second.add({ type: "update_display_data", content: { ...display("new", "id").content } });
  const texts = (cell: CellOutputs) => cell.outputs.map(output => "data" in output && output.data["text/plain"]);
  assert.equal([texts(first), texts(second)], [["new", "other"], ["new"]]);
});

const cell = (id: string, source: string, tags: string[] = []): CodeCell => ({
  cell_type: "code",
  id,
  source,
  metadata: { tags },
  execution_count: null,
  outputs: [],
});
const notebook: Notebook = {
  metadata: {},
  cells: [cell("a", "1"), cell("p", "var n = 1", ["parameters"]), cell("b", "n")],
};

test("parameters follow the cell with the defaults, or are the first cell without one, and replace older ones", () => {
  const once = withParameters(notebook, { n: 5, label: "x" }, "typescript");
  assert.equal(
    once.cells.map(({ id }) => id),
    ["a", "p", "injected-parameters", "b"],
  );
  assert.is(once.cells[2]!.source, 'var n = 5;\nvar label = "x";');
  const twice = withParameters(once, { n: true }, "python");
  assert.equal(
    twice.cells.map(({ id }) => id),
    ["a", "p", "injected-parameters", "b"],
  );
  assert.is(twice.cells[2]!.source, "n = True");
  const without = withParameters({ ...notebook, cells: [cell("b", "n")] }, { n: null }, "javascript");
  assert.equal(
    without.cells.map(({ id }) => id),
    ["injected-parameters", "b"],
  );
  assert.is(withParameters(notebook, {}, "r"), notebook);
});

test("a parameter needs a name, and a kernel whose language is known", () => {
  for (const text of ["n", "=1", "1n=2", "a-b=1"]) {
    assert.throws(
      () => parseParameter(text),
      (error: LabError) => error.exitCode === 2 && error.message.includes("NAME=VALUE"),
      text,
    );
  }
  assert.equal(parseParameter("a=b=c"), ["a", "b=c"]);
  assert.equal(parseParameter('a="3"'), ["a", "3"]);
  assert.throws(
    () => withParameters(notebook, { n: 1 }, "r"),
    (error: LabError) => error.code === "RUND_PARAMETERS_LANGUAGE",
  );
});

test("kernels are searched in Jupyter's folders, and an unknown one is an error that lists the installed ones", () =>
  inTempFolder(folder => {
    const env = { JUPYTER_PATH: join(folder, "path"), JUPYTER_DATA_DIR: join(folder, "data") };
    const add = (where: string, name: string, text: string) => {
      mkdirSync(join(folder, where, "kernels", name), { recursive: true });
      writeFileSync(join(folder, where, "kernels", name, "kernel.json"), text);
    };
    const spec = {
      argv: ["run", "{resource_dir}/x", "{connection_file}"],
      display_name: "K",
      language: "k",
      interrupt_mode: "message",
    };
    add("data", "k", JSON.stringify({ ...spec, display_name: "later" }));
    add("path", "k", JSON.stringify(spec));
    add("path", "broken", "{");
    add("path", "empty", "{}");
    const found = findKernel("k", env);
    assert.equal([found.displayName, found.interruptMode], ["K", "message"]);
    assert.equal(found.argv, ["run", join(folder, "path/kernels/k/x"), "{connection_file}"]);
    assert.throws(
      () => findKernel("none", env),
      (error: LabError) => error.exitCode === 3 && /installed: broken, empty, k/.test(error.hint!),
    );
    assert.throws(
      () => findKernel("broken", env),
      (error: LabError) => error.message.includes("expected JSON"),
    );
    assert.throws(
      () => findKernel("empty", env),
      (error: LabError) => error.message.includes('"argv"'),
    );
  }));

test("platform and environment determine the folder of a user's kernels", () => {
  assert.is(jupyterDataFolder({ JUPYTER_DATA_DIR: "/j", HOME: "/h" }), "/j");
  assert.is(jupyterDataFolder({ XDG_DATA_HOME: "/x", HOME: "/h" }, "linux"), "/x/jupyter");
  assert.is(jupyterDataFolder({ HOME: "/h" }, "linux"), "/h/.local/share/jupyter");
  assert.is(jupyterDataFolder({ HOME: "/h" }, "darwin"), "/h/Library/Jupyter");
});

test("the display sink is that of our kernel, or of tslab with the best MIME type, or text", () => {
  const globals = globalThis as Record<PropertyKey, unknown>;
  const calls: unknown[] = [];
  const tslab = (id: string) => ({ raw: (mime: string, data: unknown) => calls.push([id, mime, data]) });
  const tslabModule = { display: tslab("display"), newDisplay: () => tslab("new") };
  globals.__tslab__ = { require: () => tslabModule };
  displaySink().display({ "text/plain": "p", "text/html": "<b>" });
  displaySink().display({ "text/plain": "1" }, { displayId: "d" });
  displaySink().update("d", { "text/plain": "2" });
  displaySink().clear();
  assert.equal(calls, [
    ["display", "text/html", "<b>"],
    ["new", "text/plain", "1"],
    ["new", "text/plain", "2"],
  ]);
  const own = {} as DisplaySink;
  globals[displaySinkKey] = own;
  assert.is(displaySink(), own);
  delete globals[displaySinkKey];
  delete globals.__tslab__;

  const written: string[] = [];
  const { write } = process.stdout;
  process.stdout.write = ((text: string) => written.push(text)) as never;
  displaySink().display({ "text/plain": "plain" });
  displaySink().display({ "image/png": "…" });
  process.stdout.write = write;
  assert.equal(written, ["plain\n", "[image/png]\n"]);
});

test("only values with a display method or a recognised shape have a bundle", async () => {
  for (const value of [undefined, null, 1, "s", {}, [1], new Map(), { columns: [], index: [] }]) {
    assert.is(await bundleOf(value), undefined);
  }
  assert.equal(await bundleOf({ [mimeKey]: () => ({ "text/plain": "x" }) }), { "text/plain": "x" });
});

test("of a long frame, a part and the size are shown", async () => {
  const index = Array.from({ length: 100 }, (_, i) => i);
  const bundle = await bundleOf({ $isSeries: true, columns: ["ms"], index, values: index.map(i => i / 2) });
  assert.is((bundle!["text/html"] as string).match(/<tr>/g)!.length, 12);
  assert.match(bundle!["text/plain"] as string, "100 rows × 1 column");
});

test.run();
