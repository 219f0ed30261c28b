/** The HTML report: one page that loads nothing, and each figure as a file. */
export type { Beside, ReportContent, ReportedClaim } from "./page.js";
export { writeReport } from "./write-report.js";
