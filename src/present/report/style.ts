/** The report's style: like a paper's page, also on a phone, in dark mode and in print. */
export const style = `
:root { color-scheme: light dark; --ink: #1f2328; --faint: #57606a; --line: #d0d7de; --paper: #ffffff; --tint: #f6f8fa; --link: #0550ae;
  --good: #116329; --bad: #a40e26; --open: #7d4e00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --faint: #9da7b3; --line: #3d444d; --paper: #14171b; --tint: #1c2127; --link: #79b8ff;
    --good: #56d364; --bad: #ff9492; --open: #e3b341; }
}
* { box-sizing: border-box; }
html { background: var(--paper); color: var(--ink); font: 17px/1.55 Georgia, "Times New Roman", serif; -webkit-text-size-adjust: 100%; }
body { max-width: 62rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1, h2, h3, nav, table, figcaption, .facts, .skip, summary { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; }
h2 { font-size: 1.35rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 1.75rem 0 .5rem; }
p { max-width: 46rem; margin: 0 0 .9rem; }
.lead { font-size: 1.1rem; color: var(--ink); }
.faint { color: var(--faint); }
a { color: var(--link); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
nav ol { padding-left: 1.4rem; margin: .5rem 0 0; }
nav li { margin: .15rem 0; }
figure { margin: 1.5rem 0 2.5rem; }
figure img { display: block; width: 100%; height: auto; }
figcaption { font-size: .88rem; line-height: 1.5; color: var(--faint); margin-top: .6rem; max-width: 50rem; }
figcaption p { margin: 0 0 .5rem; } figcaption .finding { color: var(--ink); }
.facts { font-size: .84rem; color: var(--faint); padding-left: 1.2rem; }
.drawn { width: 100%; }
.wide { overflow-x: auto; max-width: 100%; margin: 0 0 1rem; }
table { border-collapse: collapse; min-width: min(100%, 30rem); font-size: .84rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; color: var(--faint); padding: 0 0 .4rem; }
th, td { padding: .32rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; text-align: left; }
th { font-weight: 600; }
thead th { border-bottom-color: var(--faint); }
td.number, th.number { text-align: right; white-space: nowrap; }
table.matrix { min-width: 21rem; } table.matrix th[scope=row] { font-weight: 400; width: 50%; } table.matrix code { margin-left: .2rem; }
details.fold > summary { font-size: .95rem; }
table.claims { min-width: 44rem; } table.claims th[scope=row] { font-weight: 400; width: 32%; } table.claims code { display: table; margin-top: .2rem; }
tbody tr:hover { background: var(--tint); }
details { margin: .5rem 0 1rem; }
summary { cursor: pointer; font-size: .88rem; color: var(--link); }
.verdict { font-weight: 600; white-space: nowrap; }
.supported { color: var(--good); } .contradicted { color: var(--bad); } .inconclusive { color: var(--open); } .not-measured { color: var(--faint); }
code { font-size: .86em; background: var(--tint); padding: .1em .3em; border-radius: 3px; overflow-wrap: anywhere; }
th code { font-weight: 400; white-space: nowrap; } th[scope=rowgroup] { padding-top: 1rem; }
@media (max-width: 40rem) { table.matrix th, table.matrix td { padding: .3rem .35rem; } table.matrix th[scope=row] { width: 42%; } html { font-size: 16px; } body { padding: 1.25rem .9rem 3rem; } h1 { font-size: 1.5rem; } }
@media print {
  :root { --ink: #000; --faint: #444; --line: #bbb; --paper: #fff; --tint: #fff; --link: #000; --good: #000; --bad: #000; --open: #000; }
  html { font-size: 10.5pt; } body { max-width: none; padding: 0; }
  .drawn, .skip, nav { display: none !important; }
  figure img { display: block !important; }
  figure, table, tr { break-inside: avoid; }
  table.claims { break-inside: auto; } h2, h3, .before { break-after: avoid; }
  figure details { display: none; }
  .wide { overflow: visible; }
}
`;

/**
 * The page's script: draws each figure with Plotly in the colours of the page; the picture stays for print and for readers
 * without scripts.
 */
export const script = `
(() => {
  const figures = JSON.parse(document.getElementById("figure-data").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const config = { displayModeBar: false, responsive: true };
  const draw = figure => {
    const place = document.getElementById(figure.id + "-drawn");
    const { data, layout } = dark.matches ? figure.dark : figure.light;
    place.fitted = undefined;
    Plotly.react(place, data, { ...layout, width: undefined, autosize: true, title: undefined }, config).then(() => {
      document.getElementById(figure.id + "-still").style.display = "none";
      place.hidden = false;
      fit(place, layout);
      if (!place.watched) place.on("plotly_afterplot", () => fit(place, layout));
      place.watched = true;
    });
  };
  // the page shows the title, and the number of a legend's rows is known only after it is drawn
  const fit = (place, { height, margin, meta }) => {
    if (!meta) return;
    const legend = place.querySelector(".legend")?.getBoundingClientRect().height ?? 0;
    if (place.fitted === legend) return;
    place.fitted = legend;
    const spare = meta.above.title + meta.above.legend - (legend > 0 ? legend + 10 : 4);
    place.style.height = height - spare + "px";
    Plotly.relayout(place, { height: height - spare, "margin.t": margin.t - spare, "legend.y": 1 - 2 / (height - spare) });
  };
  const byId = new Map(figures.map(figure => [figure.id + "-drawn", figure]));
  const seen = new Set();
  const watch = new IntersectionObserver(entries => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || seen.has(target)) continue;
      seen.add(target);
      target.querySelector(".drawn").hidden = false;
      draw(byId.get(target.querySelector(".drawn").id));
    }
  }, { rootMargin: "600px" });
  for (const figure of document.querySelectorAll("figure")) watch.observe(figure);
  // a link into a folded part unfolds it, and print shows everything
  const open = place => { for (let part = place; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true; };
  const follow = () => open(document.getElementById(location.hash.slice(1)));
  addEventListener("hashchange", follow);
  follow();
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details.fold")) fold.open = true; });
  dark.addEventListener("change", () => { for (const target of seen) draw(byId.get(target.querySelector(".drawn").id)); });
})();
`;
