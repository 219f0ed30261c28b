import {
  type ClaimVerdict,
  claimedText,
  measuredText,
  type ReadingVerdict,
  wordingIsSure,
} from "../../analysis/claims/index.js";
import { counted } from "../../model/counted.js";
import type { Figure } from "./drawing/figure.js";
import { axisLook, emptyFigure, layoutLook } from "./drawing/look.js";
import type { Json, PlotlyTrace } from "./drawing/plotly.js";
import { faint, ink } from "./drawing/style.js";
import { listed, plain, sentences } from "./drawing/text.js";

type Judged = ReadingVerdict & { readonly claim: ClaimVerdict; readonly measured: number };

/** The colour and the mark of each verdict; the colours also differ in lightness. */
const looks = {
  supported: { colour: "#0b8476", mark: "circle" },
  contradicted: { colour: "#b3321b", mark: "x" },
  inconclusive: { colour: "#c98500", mark: "diamond" },
} as const;

/** Number of half-widths of the band that are shown on either side; values farther away are drawn at the edge. */
const edge = 6;
const rowHeight = 24;

/**
 * Draws every claim whose value was measured: the claimed value, the near band around it, and the measured value with its
 * interval, all on one scale in half-widths of the band (5 % of a claimed value, 2 points of a claimed percentage). There is one
 * row for the primary reading of each part of a claim; claims whose wording is unverified are below a line.
 *
 * @param verdicts on one dataset
 */
export function claimsFigure(verdicts: readonly ClaimVerdict[]): Figure {
  const name = verdicts[0]?.dataset ?? "no dataset";
  const title = `The paper's claims and ${plain(name)}`;
  const judged = verdicts
    .flatMap(claim => claim.readings.filter(isJudged).map((reading): Judged => ({ ...reading, claim })))
    .sort((a, b) => Number(wordingIsSure(b.claim)) - Number(wordingIsSure(a.claim)));
  const runs = [...new Set(judged.flatMap(reading => reading.runs))];
  const values = "rund-lab claims --json: measured, interval";
  const base = { id: "claims", title, sources: [{ series: "measured", dataset: name, runtime: "all", runs, values }] };
  if (judged.length === 0) return emptyFigure(base, `${name} has no measurement for any of the claims.`);
  const [top, bottom] = [100, 52];
  // a position on an axis of categories is a number: 0 is the lowest category
  const shapes: Json[] = judged.map(({ bound }, index) => {
    const y = judged.length - 1 - index;
    return {
      type: "rect",
      x0: bound === "over" ? 0 : bound === "under" ? -edge - 1 : -1,
      x1: bound === "over" ? edge + 1 : bound === "under" ? 0 : 1,
      y0: y - 0.32,
      y1: y + 0.32,
      fillcolor: "#8c959f",
      opacity: 0.28,
      line: { width: 0 },
      layer: "below",
    };
  });
  const unsure = judged.findIndex(({ claim }) => !wordingIsSure(claim));
  if (unsure > 0) {
    const y = judged.length - unsure - 0.5;
    const line = { color: faint, width: 1, dash: "dot" };
    shapes.push({ type: "line", x0: -edge - 1, x1: edge + 1, y0: y, y1: y, line });
  }
  const data = (Object.keys(looks) as (keyof typeof looks)[]).flatMap(verdict => {
    const own = judged.filter(reading => reading.verdict === verdict);
    return own.length === 0 ? [] : [traceOf(verdict, own)];
  });
  return {
    ...base,
    finding: inWords(name, judged),
    caption: sentences(
      "Each row is a claimed value, drawn at 0. The grey bar shows the values that would meet the claim; its ends are at ± 1 (5 % of the value, or 2 points of a percentage). The mark is the measured value, with its 95 % interval if there are enough rounds for one.",
      judged.some(reading => Math.abs(offset(reading, reading.measured)) > edge)
        ? `A mark at the edge is farther from the claimed value than ${edge} times the tolerance.`
        : "",
      unsure > 0 ? "Below the dotted line are claims whose wording we could not check." : "",
    ),
    plot: {
      data,
      layout: {
        ...layoutLook(title, top + bottom + rowHeight * judged.length),
        meta: {
          above: { title: 38, legend: top - 42 },
          x: "half-widths of the band",
          panels: [{ title: "", y: "claim" }],
        },
        margin: { l: 196, r: 16, t: top, b: bottom },
        xaxis: {
          ...axisLook,
          range: [-edge - 0.6, edge + 0.6],
          zeroline: true,
          zerolinecolor: ink,
          zerolinewidth: 1,
          tickvals: [-6, -3, -1, 1, 3, 6],
          tickangle: 0,
          title: { text: "half-widths of the band", standoff: 8 },
        },
        yaxis: {
          ...axisLook,
          showgrid: false,
          showline: false,
          ticks: "",
          type: "category",
          dtick: 1,
          categoryarray: judged.map(labelOf).reverse(),
          range: [-0.6, judged.length - 0.4],
          tickfont: { size: 10 },
        },
        shapes,
        showlegend: true,
        legend: { orientation: "h", xref: "container", x: 0.01, xanchor: "left", y: 1, yanchor: "bottom" },
      },
    },
  };
}

function traceOf(verdict: keyof typeof looks, judged: readonly Judged[]): PlotlyTrace {
  const { colour, mark } = looks[verdict];
  const clipped = (reading: Judged, value: number) => Math.max(-edge, Math.min(edge, offset(reading, value)));
  const measured = judged.map(reading => clipped(reading, reading.measured));
  const bars = (end: 0 | 1) =>
    judged.map((reading, index) =>
      reading.interval === null ? 0 : Math.abs(clipped(reading, reading.interval[end]) - measured[index]!),
    );
  return {
    type: "scatter",
    mode: "markers",
    name: verdict,
    x: measured,
    y: judged.map(labelOf),
    error_x: {
      type: "data",
      symmetric: false,
      color: colour,
      thickness: 1.6,
      width: 4,
      array: bars(1),
      arrayminus: bars(0),
    },
    marker: { color: colour, symbol: mark, size: 9 },
    hoverinfo: "text",
    hovertext: judged.map(
      reading =>
        `${labelOf(reading)}<br>claimed ${plain(claimedText(reading))}, measured ${plain(measuredText(reading), 60)}<br>${plain(reading.reading, 80)}`,
    ),
  };
}

const isJudged = (reading: ReadingVerdict): reading is ReadingVerdict & { readonly measured: number } =>
  reading.primary && reading.measured !== null;

const labelOf = ({ claim, part }: Judged) => plain(part === "" ? claim.id : `${claim.id}: ${part}`, 40);

/** Returns how far a value is from the claimed one, in half-widths of the near band. */
const offset = ({ expected, halfWidth }: Judged, value: number) => (value - expected) / halfWidth;

function inWords(name: string, judged: readonly Judged[]): string {
  const counts = (Object.keys(looks) as (keyof typeof looks)[]).flatMap(verdict => {
    const count = judged.filter(reading => reading.verdict === verdict).length;
    return count === 0 ? [] : [`${count} ${count === 1 ? "is" : "are"} ${verdict}`];
  });
  return `${name} has a measurement for ${counted(judged.length, "claimed value")}: ${listed(counts)}.`;
}
