/** Tables in, figures out: pure functions that return Plotly's JSON, one per figure; and the static renderer. */

export { levelsFigure } from "./arrivals/levels.js";
export { rampFigure } from "./arrivals/ramp.js";
export { ratesFigure } from "./arrivals/rates.js";
export { claimsFigure } from "./claims.js";
export { commonConcurrency, latencyFigure } from "./cold-start/latency.js";
export { roundsFigure } from "./cold-start/rounds.js";
export { skewFigure } from "./cold-start/skew.js";
export { stagesFigure } from "./cold-start/stages.js";
export { waterfallFigure } from "./cold-start/waterfall.js";
export type { Figure, SeriesSource } from "./drawing/figure.js";
export { titleHeight } from "./drawing/look.js";
export type { PlotlyFigure } from "./drawing/plotly.js";
export { inDark } from "./drawing/style.js";
export { fig10 } from "./fig-10.js";
export { fig13 } from "./fig-13.js";
export { historyFigure } from "./history.js";
export { fig05, fig11, fig12 } from "./memory.js";
export { fig06 } from "./micro/fig-06.js";
export { idleGroupsFigure } from "./micro/idle-groups.js";
export { ioFigure } from "./micro/io.js";
export { rootfsFigure } from "./micro/rootfs.js";
export { ratioFigure } from "./ratio.js";
export { pngOfSvg, renderPng, renderSvg } from "./static/render.js";
