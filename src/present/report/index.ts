/** The HTML report: one page that loads nothing, and each figure as a file. */
export type { Beside, ReportContent, ReportedClaim } from "./content.js";
export { writeReport } from "./write-report.js";
