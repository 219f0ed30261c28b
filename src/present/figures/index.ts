/** Tables in, figures out: pure functions that give Plotly's JSON, one per figure; and the static renderer. */
export { claimsFigure } from "./claims.js";
export { fig06 } from "./fig-06.js";
export { fig10 } from "./fig-10.js";
export { fig13 } from "./fig-13.js";
export type { Figure, SeriesSource } from "./figure.js";
export { commonConcurrency, latencyFigure } from "./latency.js";
export { titleHeight } from "./look.js";
export { fig05, fig11, fig12 } from "./memory.js";
export type { PlotlyFigure } from "./plotly.js";
export { ratioFigure } from "./ratio.js";
export { rootfsFigure } from "./rootfs.js";
export { roundsFigure } from "./rounds.js";
export { skewFigure } from "./skew.js";
export { stagesFigure } from "./stages.js";
export { pngOfSvg, renderPng, renderSvg } from "./static/render.js";
export { inDark } from "./style.js";
export { waterfallFigure } from "./waterfall.js";
