import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { formatNotebook, parseNotebook } from "../../src/jupyter/nbformat.js";
import type { LabError } from "../../src/model/errors.js";
import { needs, suiteNeeding } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("notebook files");

const code = { cell_type: "code", id: "a", metadata: {}, source: ["1 +\n", "2"], execution_count: null, outputs: [] };
const root = (cells: unknown[], more: object = {}) =>
  JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5, ...more });

test("lines are joined, and unknown fields are kept", () => {
  const notebook = parseNotebook(
    root(
      [
        { ...code, extra: 1 },
        { cell_type: "markdown", id: "b", metadata: { tags: ["x"] }, source: "# t" },
      ],
      { custom: true },
    ),
    "a.ipynb",
  );
  assert.is(notebook.cells[0]!.source, "1 +\n2");
  const again = JSON.parse(formatNotebook(notebook));
  assert.equal(again.cells[0], { ...code, extra: 1 });
  assert.equal([again.custom, again.nbformat, again.nbformat_minor], [true, 4, 5]);
});

test("cells of older minor versions get ids", () => {
  const { id: _, ...old } = code;
  const notebook = parseNotebook(root([old, old], { nbformat_minor: 2 }), "a.ipynb");
  assert.equal(
    notebook.cells.map(({ id }) => id),
    ["cell-1", "cell-2"],
  );
});

test("an invalid notebook is an error that names file, cell and field", () => {
  const fails = (text: string, message: string | RegExp) =>
    assert.throws(
      () => parseNotebook(text, "a.ipynb"),
      (error: LabError) => {
        assert.match(error.message, message);
        return error.exitCode === 4;
      },
    );
  fails("", /^a.ipynb: expected a notebook \(JSON\), found/);
  fails("[]", "a.ipynb: expected an object, found []");
  fails(JSON.stringify({ nbformat: 3, worksheets: [] }), "a.ipynb: expected nbformat 4, found nbformat 3");
  fails(JSON.stringify({ nbformat: 4, metadata: {} }), "a list in cells, found nothing");
  fails(root([code], { metadata: 1 }), "an object in metadata, found 1");
  fails(
    root([code, { ...code, id: "b", cell_type: "heading" }]),
    'a.ipynb: cell 2: expected code, markdown or raw in cell_type, found "heading"',
  );
  fails(root([code, code]), 'cell 2: expected a unique id in id, found "a"');
  fails(root([{ ...code, id: "a b" }]), "cell 1: expected 1 to 64 letters, digits, - or _ in id");
  fails(root([{ ...code, source: 5 }]), "cell 1: expected text or a list in source, found 5");
  fails(root([{ ...code, outputs: undefined }]), "cell 1: expected a list in outputs");
  fails(root([{ ...code, execution_count: "1" }]), "execution_count");
  fails(
    root([{ ...code, outputs: [{ output_type: "video" }] }]),
    "cell 1, output 1: expected an output of nbformat 4 in output_type",
  );
  fails(
    root([{ ...code, outputs: [{ output_type: "stream", name: "log", text: "" }] }]),
    '"stdout" or "stderr" in name',
  );
  fails(root([{ ...code, outputs: [{ output_type: "error", ename: 1 }] }]), "text in ename");
});

test("the error for nbformat 3 contains the command that converts it", () => {
  try {
    parseNotebook('{"nbformat": 3}', "old.ipynb");
    assert.unreachable();
  } catch (error) {
    assert.is((error as LabError).hint, "jupyter nbconvert --to notebook --inplace old.ipynb");
  }
});

test("text types are stored as lines, JSON types as they are, pictures in one piece", () => {
  const data = {
    "text/plain": "a\nb",
    "image/svg+xml": "<svg>\n</svg>",
    "application/json": { a: ["x"] },
    "image/png": "AA\nBB",
  };
  const output = { output_type: "display_data", data, metadata: {} };
  const notebook = parseNotebook(root([{ ...code, outputs: [output] }]), "a.ipynb");
  const [written] = JSON.parse(formatNotebook(notebook)).cells[0].outputs;
  assert.equal(written.data, { ...data, "text/plain": ["a\n", "b"], "image/svg+xml": ["<svg>\n", "</svg>"] });
  assert.is(formatNotebook(parseNotebook(formatNotebook(notebook), "a.ipynb")), formatNotebook(notebook));
});

test.run();

const python = suiteNeeding("notebook files compared with nbformat's own", needs.jupyter);

python("written notebooks are valid and equal nbformat's byte for byte", () =>
  inTempFolder(folder => {
    const outputs = [
      { output_type: "stream", name: "stdout", text: "ä\nb\n" },
      {
        output_type: "execute_result",
        execution_count: 3,
        data: { "text/plain": "1\n2", "application/json": { b: 1, a: [1.5] } },
        metadata: { z: 1, a: 2 },
      },
      { output_type: "error", ename: "E", evalue: "v", traceback: ["t", "u"] },
    ];
    const notebook = parseNotebook(
      root([
        { ...code, outputs, execution_count: 3 },
        { cell_type: "raw", id: "r", metadata: {}, source: "" },
      ]),
      "a",
    );
    const file = join(folder, "a.ipynb");
    writeFileSync(file, formatNotebook(notebook));
    const script =
      "import sys, nbformat\nn = nbformat.read(sys.argv[1], 4)\nnbformat.validate(n)\nnbformat.write(n, sys.argv[1] + '.py')";
    execFileSync("/usr/bin/python3", ["-c", script, file]);
    assert.is(readFileSync(file, "utf8"), readFileSync(`${file}.py`, "utf8"));
  }),
);

python.run();
