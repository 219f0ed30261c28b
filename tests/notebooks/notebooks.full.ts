import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellOf, notebookNames, notebooksFolder, readNotebook, runBuilt, stockKernel } from "../support/notebooks.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("notebooks on other data and on stock tslab");

/** Those whose `data` is the artifact's by default; the others show campaigns of this project. */
const ofArtifact = notebookNames.filter(name =>
  readNotebook(notebooksFolder, name).cells.some(({ source }) => source.startsWith('let data = ["paper_data"];')),
);

for (const data of [["ae_data"], ["paper_data", "ae_data"]]) {
  test(`every notebook of the artifact runs on ${data.join(" and ")}`, async () => {
    await inTempFolder(async folder => {
      await runBuilt(ofArtifact, ["--out", folder, "-p", `data=${JSON.stringify(data)}`]);
      for (const name of notebookNames.filter(each => /^fig-(05|10|13)/.test(each))) {
        const [output] = cellOf(readNotebook(folder, name), "figure").outputs;
        assert.ok(output !== undefined && "data" in output);
        const { data: traces } = output.data["application/vnd.plotly.v1+json"] as { data: { name: string }[] };
        assert.ok(traces.some(trace => trace.name === (data.length > 1 ? "RunD · ae_data" : "RunD")));
      }
    });
  });
}

test("every notebook runs on stock tslab", async () => {
  await inTempFolder(async folder => {
    await runBuilt(notebookNames, ["--out", join(folder, "out"), "--kernel", "stock"], stockKernel(folder));
  });
});

test.run();
