import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import * as assert from "uvu/assert";
import { installKernelSpec, kernelSpecFolder } from "../../src/kernel/spec.js";
import { needs, projectRoot, suiteNeeding } from "../support/needs.js";
import { inTempFolder } from "../support/temp.js";

const test = suiteNeeding("Jupyter's conformance tests", needs.jupyterTests);

test("every test of Jupyter's own suite passes and none is skipped", () =>
  inTempFolder(async folder => {
    installKernelSpec(kernelSpecFolder(folder));
    const { stderr } = await promisify(execFile)(
      "/usr/bin/python3",
      [join(projectRoot, "tests/kernel/conformance.py")],
      {
        cwd: projectRoot,
        env: { ...process.env, JUPYTER_DATA_DIR: folder, PYDEVD_DISABLE_FILE_VALIDATION: "1" },
      },
    ).catch((error: { stderr: string }) => error);
    assert.match(stderr, /^Ran 1[23] tests in/m, stderr);
    assert.match(stderr, /^OK$/m, stderr);
    assert.not.match(stderr, "skipped");
  }));

test.run();
