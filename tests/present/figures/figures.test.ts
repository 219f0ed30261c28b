import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Dataset } from "../../../src/analysis/datasets/dataset.js";
import { loadDataset } from "../../../src/analysis/datasets/index.js";
import { runtimeLabel } from "../../../src/model/runtimes.js";
import type { PlotlyTrace } from "../../../src/present/figures/drawing/plotly.js";
import {
  type Figure,
  fig05,
  fig10,
  fig11,
  fig12,
  fig13,
  latencyFigure,
  ratioFigure,
  roundsFigure,
  skewFigure,
} from "../../../src/present/figures/index.js";
import { projectRoot } from "../../support/needs.js";
import { dataset, memoryCell, startCell } from "./dataset.js";

const test = suite("figures");

/** Every figure that takes datasets, by its id. */
const makers: Readonly<Record<string, (datasets: readonly Dataset[]) => Figure>> = {
  "fig-05": fig05,
  "fig-10": fig10,
  "fig-11": fig11,
  "fig-12": fig12,
  "fig-13": fig13,
  latency: latencyFigure,
  rounds: roundsFigure,
  skew: skewFigure,
};

const tracesOf = ({ plot }: Figure) => plot.data;
/** The traces of one panel; Plotly numbers axes from the second. */
const panel = (figure: Figure, index: number) =>
  tracesOf(figure).filter(({ xaxis }) => xaxis === (index === 0 ? "x" : `x${index + 1}`));
const valueAt = (trace: PlotlyTrace | undefined, x: number) => trace?.y[trace.x.indexOf(x)] ?? null;
const namedAs = (traces: readonly PlotlyTrace[], runtime: string) =>
  traces.find(({ name }) => name === runtimeLabel(runtime));
const titlesOf = ({ plot }: Figure) =>
  (plot.layout.annotations as { text: string; xref: string }[])
    .filter(({ xref }) => xref.endsWith("domain"))
    .map(({ text }) => text);

for (const name of ["paper_data", "ae_data"]) {
  test(`the values of ${name} in the figures are the published ones`, async () => {
    const data = await loadDataset(name);
    const figures = { 10: fig10([data]), 11: fig11([data]), 12: fig12([data]), 13: fig13([data]), 5: fig05([data]) };
    let seen = 0;
    for (const { table, row, column, value } of data.published) {
      const [kind, runtime = row] = table.split("_");
      const plotted: unknown[] = [];
      if (kind === "time") plotted.push(valueAt(namedAs(panel(figures[10], 0), row), Number(column)));
      if (kind === "cpu") plotted.push(valueAt(namedAs(panel(figures[10], 1), row), Number(column)));
      if (kind === "density") {
        const at = titlesOf(figures[13]).indexOf(`concurrency ${column}`);
        plotted.push(valueAt(namedAs(panel(figures[13], at), runtime), Number(row)));
      }
      if (kind === "mem") {
        const byDensity = titlesOf(figures[11]).indexOf(`density ${column}`);
        const byMemory = titlesOf(figures[12]).indexOf(`${row} MB guests`);
        plotted.push(
          valueAt(namedAs(panel(figures[11], byDensity), runtime), Number(row)),
          valueAt(namedAs(panel(figures[12], byMemory), runtime), Number(column)),
          ...(row === "128" ? [valueAt(namedAs(panel(figures[5], 0), runtime), Number(column))] : []),
        );
      }
      assert.ok(plotted.length > 0, table);
      // memory is drawn in MiB, a division by a power of two
      for (const y of plotted) assert.is(kind === "mem" ? Number(y) * 1024 : y, value, `${table} ${row} ${column}`);
      seen++;
    }
    assert.is(seen, name === "paper_data" ? 288 : 68);
  });
}

test("a cell that was not measured is a gap in its line, and named in the caption", () => {
  const data = dataset("d", {
    starts: [1, 10, 100].flatMap(concurrency => [
      startCell("rund", concurrency, [100, 110]),
      ...(concurrency === 10 ? [] : [startCell("kata", concurrency, [300, 310])]),
    ]),
  });
  const figure = fig10([data]);
  assert.equal(namedAs(panel(figure, 0), "kata")?.y, [305, null, 305]);
  assert.ok(tracesOf(figure).every(trace => trace.connectgaps === false));
  assert.match(figure.caption, "Not measured: Kata-QEMU at concurrency 10.");
});

test("bars reach from the 10th to the 90th percentile of the rounds, and one round has none", () => {
  const makespans = Array.from({ length: 11 }, (_, i) => 100 + i);
  const data = dataset("d", { starts: [startCell("rund", 1, makespans), startCell("rund", 10, [200])] });
  const bars = panel(fig10([data]), 0)[0]?.error_y as { array: number[]; arrayminus: number[] };
  // mean 105, R-7 quantiles 101 and 109
  assert.equal(
    [bars.array, bars.arrayminus],
    [
      [4, 0],
      [4, 0],
    ],
  );
});

test("in a figure of two datasets, series have the dataset's name, and different dashes and marks", async () => {
  const both = [await loadDataset("paper_data"), await loadDataset("ae_data")];
  const rund = panel(fig10(both), 0).filter(({ name }) => name.startsWith("RunD"));
  assert.equal(
    rund.map(({ name }) => name),
    ["RunD · paper_data", "RunD · ae_data"],
  );
  const [one, other] = rund.map(({ line, marker }) => ({ ...(line as object), ...(marker as object) })) as unknown as {
    dash: string;
    symbol: string;
    color: string;
  }[];
  assert.is(one?.color, other?.color);
  assert.is.not(one?.dash, other?.dash);
  assert.is.not(one?.symbol, other?.symbol);
});

test("a runtime has the same style in every figure, even if it is unknown", async () => {
  const data = dataset("d", {
    starts: ["rund", "mine"].flatMap(id => [startCell(id, 10, [100, 101]), startCell(id, 10, [100, 101], 500)]),
    memory: ["rund", "mine"].map(id => memoryCell(id, 128, 10, 1000)),
  });
  const looks = new Map<string, Set<string>>();
  for (const [id, make] of Object.entries(makers)) {
    for (const { name, line, marker } of tracesOf(make([data]))) {
      const { color } = line as { color: string };
      const { symbol } = marker as { symbol: string };
      looks.set(name, (looks.get(name) ?? new Set()).add(`${color} ${symbol}`));
      assert.ok(["RunD", "mine"].includes(name), `${id}: ${name}`);
    }
  }
  assert.equal(
    [...looks.values()].map(({ size }) => size),
    [1, 1],
  );
  assert.is(new Set([...looks.values()].flatMap(set => [...set])).size, 2);
});

test("a value of zero on a logarithmic axis is a gap, which the caption mentions", () => {
  const data = dataset("d", {
    starts: [startCell("rund", 1, [0]), startCell("rund", 10, [10]), startCell("rund", 100, [1000])],
  });
  const figure = fig10([data]);
  assert.equal(panel(figure, 0)[0]?.y, [null, 10, 1000]);
  assert.match(figure.caption, "A value of zero or below cannot be shown on the logarithmic axis");
});

test("markup, formulas and templates in names are shown literally", () => {
  const evil = '<a href="javascript:alert(1)">x</a> $\\alpha$ %{y} &lt;';
  const data = dataset(`${evil}-data`, {
    starts: [startCell(evil, 10, [100, 101]), startCell("rund", 10, [50, 51]), startCell(evil, 10, [100, 101], 500)],
    memory: [memoryCell(evil, 128, 10, 1000)],
  });
  for (const [id, make] of Object.entries(makers)) {
    const { plot } = make([data, { ...data, name: "other" }]);
    const texts = JSON.stringify(plot);
    assert.not.match(texts, "<a ", id);
    assert.not.match(texts, "$", id);
    assert.not.match(texts, "%{", id);
    assert.not.match(texts, /&(?!#\d+;)/, id);
  }
});

test("a single series is named, too", async () => {
  const data = await loadDataset("ae_data");
  const labels = fig10([data]).plot.layout.annotations as { text: string }[];
  assert.is(labels.filter(({ text }) => text === "RunD").length, 2);
  assert.is(fig11([data]).plot.layout.showlegend, true);
});

test("a name of 200 characters is shortened in the figure and complete in its sources", () => {
  const long = "x".repeat(200);
  const data = dataset("d", { starts: [startCell(long, 10, [100, 101]), startCell("rund", 10, [50, 51])] });
  const figure = fig10([data]);
  assert.ok(tracesOf(figure).every(({ name }) => name.length <= 32));
  assert.ok(figure.sources.some(({ series }) => series === long));
});

test("long names that are shortened to the same text have separate legend entries", () => {
  const [one, other] = [`${"x".repeat(20)}1${"y".repeat(20)}`, `${"x".repeat(20)}2${"y".repeat(20)}`];
  const data = dataset("d", { starts: [one, other].map(id => startCell(id, 10, [100, 101])) });
  const entries = tracesOf(fig10([data, { ...data, name: "e" }])).filter(({ showlegend }) => showlegend);
  assert.is(entries.length, 4);
});

test("without the figure's experiment in the dataset, the figure is a sentence", () => {
  for (const [id, make] of Object.entries(makers)) {
    const figure = make([dataset("bare", {})]);
    const [note] = figure.plot.layout.annotations as { text: string }[];
    assert.ok((note?.text.length ?? 0) > 10, id);
    assert.ok(figure.finding.length > 10, id);
  }
  assert.match(ratioFigure(dataset("bare", {})).finding, "no cell with makespans of both");
});

test("the finding names the lowest runtime at each place, from the plotted values", () => {
  const data = dataset("d", {
    starts: [
      startCell("rund", 1, [100]),
      startCell("rund", 10, [200]),
      startCell("rund", 100, [4000]),
      startCell("kata", 1, [300]),
      startCell("kata", 10, [400]),
      startCell("kata", 100, [3000]),
    ],
  });
  assert.match(
    fig10([data]).finding,
    "RunD has the lowest makespan at concurrency 1–10, and Kata-QEMU at concurrency 100. At concurrency 100: Kata-QEMU 3 s, RunD 4 s.",
  );
});

test("the bars of a memory figure count repeats, those of starts count rounds", () => {
  const data = dataset("d", {
    starts: [startCell("rund", 1, [100, 110])],
    memory: [memoryCell("rund", 128, 10, 1000), memoryCell("rund", 128, 10, 2000)],
  });
  const hover = (figure: Figure) => JSON.stringify(tracesOf(figure).map(({ hovertext }) => hovertext));
  assert.match(hover(fig05([data])), "percentile of 2 repeats");
  assert.match(hover(fig10([data])), "percentile of 2 rounds");
});

test("the words about several datasets are separate, each after the dataset's name", () => {
  const cells = (rund: number, kata: number) => [
    startCell("rund", 1, [rund]),
    startCell("rund", 10, [2 * rund]),
    startCell("kata", 1, [kata]),
  ];
  const both = [dataset("one", { starts: cells(100, 300) }), dataset("other", { starts: cells(500, 400) })];
  const { finding, caption } = fig10(both);
  assert.match(
    finding,
    "In one: RunD has the lowest makespan at concurrency 1. At concurrency 1: RunD 100 ms, Kata-QEMU",
  );
  assert.match(
    finding,
    "In other: Kata-QEMU has the lowest makespan at concurrency 1. At concurrency 1: Kata-QEMU 400 ms",
  );
  assert.match(caption, "Not measured in one: Kata-QEMU at concurrency 10. Not measured in other: Kata-QEMU at");
  assert.match(latencyFigure(both, 10).finding, /In one: Median, .* 10: RunD 200 ms.*In other: Median, .*: RunD 1 s/);
  assert.match(roundsFigure(both, 1).finding, /^In one: Kata-QEMU: .* RunD: .* In other: Kata-QEMU: .* RunD: /);
});

test("the caption of our own campaign says what was started, and where a cold start ends", async () => {
  const captionOf = async (name: string) => fig10([await loadDataset(join(projectRoot, "raw", name))]).caption;
  const own = "20261124T201129-recorded";
  assert.match(await captionOf(own), /: sandboxes without containers, host network, image already on the disk/);
  const pod = /: sandboxes with a container, a cold start ends at the process's first answer, pod network, image/;
  assert.match(await captionOf("cold-start-pod"), pod);
  assert.match(await captionOf("kubernetes-cluster"), /: pods on a Kubernetes cluster, image already on the disk/);
});

test("the ratio of RunD to the template crosses 1 where the published tables do", async () => {
  const figure = ratioFigure(await loadDataset("paper_data"));
  const [numbers] = figure.plot.data;
  const axis = (name: string) => (figure.plot.layout[name] as { ticktext: string[] }).ticktext;
  const cell = (concurrency: string, density: string) => {
    const [x, y] = [axis("xaxis").indexOf(concurrency), axis("yaxis").indexOf(density)];
    return (numbers!.text as string[])[numbers!.x.findIndex((value, i) => value === x && numbers!.y[i] === y)];
  };
  // 550.6/955.4, 1456.5/1449.6, 3079.3/2600.65, 6461/6063.5 of density_rund.csv and density_katatemplate.csv
  assert.equal(
    [cell("100", "100"), cell("100", "1000"), cell("100", "2000"), cell("200", "2000"), cell("20", "100")],
    ["0.58", "1.00", "1.18", "1.07", "–"],
  );
});

test("an outlier's ring is an open circle around its mark, and is hidden with its series", () => {
  // one round takes twice as long as the others; Plotly draws symbols with -open without a filling
  const rounds = Array.from({ length: 20 }, (_, i) => (i === 6 ? 200 : 100 + (i % 3)));
  const traces = tracesOf(roundsFigure([dataset("d", { starts: [startCell("rund", 10, rounds)] })]));
  const [series, ring] = traces;
  assert.is(traces.length, 2);
  assert.equal([ring?.x, ring?.y], [[7], [series!.y[6]]]);
  assert.is((ring!.marker as { symbol: string }).symbol, "circle-open");
  assert.is((series!.marker as { size: number }).size, 8);
  assert.equal([ring?.legendgroup, ring?.showlegend], [series?.legendgroup, false]);
});

test("rounds are shown in percent of their cell's median", async () => {
  const figure = roundsFigure([await loadDataset("paper_data")], 400);
  assert.match(figure.finding, "Kata-FC: drifts upward (Spearman's ρ 0.86)");
  const [kata] = tracesOf(figure);
  assert.is(kata?.x.length, 50);
  const sorted = (kata!.y as number[]).toSorted((a, b) => a - b);
  assert.ok(Math.abs((sorted[24]! + sorted[25]!) / 2 - 100) < 1e-9);
});

test("the same data give the same figure, byte for byte", async () => {
  const data = [await loadDataset("paper_data")];
  for (const make of Object.values(makers)) assert.is(JSON.stringify(make(data)), JSON.stringify(make(data)));
});

test.run();
