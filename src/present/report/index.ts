/** The HTML report: one page that loads nothing, and each figure as a file. */
export type { OwnCampaign, ReportContent } from "./content.js";
export { gatherReport } from "./gather.js";
export { writeReport } from "./write-report.js";
