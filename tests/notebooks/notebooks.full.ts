import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { cellOf, notebookNames, readNotebook, runBuilt, stockKernel } from "../support/notebooks.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("notebooks on other data and on stock tslab");

for (const data of [["ae_data"], ["paper_data", "ae_data"]]) {
  test(`every notebook runs on ${data.join(" and ")}`, async () => {
    await inTempFolder(async folder => {
      await runBuilt(notebookNames, ["--out", folder, "-p", `data=${JSON.stringify(data)}`]);
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
