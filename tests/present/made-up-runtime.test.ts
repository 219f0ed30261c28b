/** A runtime that is declared in one file, followed from its campaign to every place where it is shown. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { compare, history } from "../../src/analysis/compare/index.js";
import { loadDataset } from "../../src/analysis/datasets/index.js";
import { roundsFrame, startsFrame } from "../../src/analysis/frames/index.js";
import { readRounds, stageTable } from "../../src/analysis/stages/index.js";
import { allTables } from "../../src/analysis/tables/index.js";
import type { RuntimeDeclaration } from "../../src/measure/index.js";
import { runtimes } from "../../src/measure/runtimes/index.js";
import { runcShim } from "../../src/measure/runtimes/runc-shim.js";
import {
  type Figure,
  fig10,
  historyFigure,
  latencyFigure,
  ratioFigure,
  roundsFigure,
  skewFigure,
  stagesFigure,
  waterfallFigure,
} from "../../src/present/figures/index.js";
import { gatherReport } from "../../src/present/report/index.js";
import { reportPage } from "../../src/present/report/page.js";
import { campaignIn, fakeTools, planOf } from "../measure/campaign/campaigns.js";
import { FakeCri } from "../measure/campaign/fake-cri.js";
import { VirtualClock } from "../measure/campaign/virtual-clock.js";
import { inTempFolder } from "../support/temp.js";

const test = suite("a made-up runtime");

/** The runtime's declaration: the example of CONTRIBUTING.md under a different name. */
const youki: RuntimeDeclaration = {
  id: "youki",
  handler: "youki",
  label: "Youki of the test",
  colour: "green",
  ...runcShim("youki"),
  versions: [{ command: ["youki", "--version"] }],
};
/** All runtimes, including the new one. */
const known = [...runtimes, youki];

test("its label and colour are used in frames, figures, comparisons and the report", () =>
  inTempFolder(async folder => {
    const cri = new FakeCri(new VirtualClock(), () => ({ ms: 20 }));
    const plan = planOf({ experiment: "time", runtimes: ["runc", "youki"], concurrency: [1, 2], rounds: 3 }, known);
    await campaignIn(folder, plan, fakeTools(cri));
    const dataset = await loadDataset(folder);
    const rounds = readRounds(folder).filter(({ runtime }) => runtime === "youki");

    // tables and JSON contain the id, because scripts rely on it
    const [time] = allTables(dataset);
    assert.equal(
      time!.rows.map(row => row.row),
      ["runc", "youki"],
    );
    for (const frame of [await roundsFrame([dataset]), await startsFrame(dataset)]) {
      assert.equal([...new Set(frame["label"].values)].sort(), ["Youki of the test", "runc"]);
    }
    const compared = compare(dataset, dataset, { runtimes: [{ a: "runc", b: "youki" }] });
    assert.ok(compared.cells.length > 0);
    const changes = history([dataset, { ...dataset, name: "again" }]);
    assert.ok(changes.cells.some(({ runtime, label }) => runtime === "youki" && label === youki.label));

    const figures: readonly Figure[] = [
      ...[fig10, latencyFigure, roundsFigure, skewFigure].map(figure => figure([dataset])),
      ratioFigure(dataset, ["youki", "runc"]),
      historyFigure(changes),
      stagesFigure(stageTable(rounds, dataset), dataset.name),
      waterfallFigure(rounds[0]!, dataset),
    ];
    for (const figure of figures) {
      assert.match(JSON.stringify(figure), youki.label, figure.id);
      assert.not.match(`${figure.title} ${figure.finding} ${figure.caption}`, /\byouki\b/, figure.id);
    }
    for (const figure of [fig10([dataset]), historyFigure(changes)]) {
      const lines = figure.plot.data.filter(({ name }) => name === youki.label);
      assert.ok(lines.length > 0);
      for (const line of lines) assert.is((line.line as { color: string }).color, "#2f6d2f", figure.id);
    }

    const paper = await loadDataset("ae_data");
    const content = gatherReport([paper], paper, dataset);
    const page = reportPage({ ...content, figures: [], own: content.own && { ...content.own, figures: [] } }, "");
    assert.match(page, youki.label);
  }));

test.run();
