/** Estimates of the number of sandboxes that fit on a host, by a ramp and by three models of a sandbox's cost. */
export { type Capacity, type CapacityQuestion, capacity, type ModelAnswer, type StartTime } from "./capacity.js";
export { fitColumns, fitsCsv } from "./fits.js";
export { type CapacityModel, type SandboxCost, sandboxCost, sandboxesIn } from "./models.js";
export { type Overhead, overhead, runtimeClassYaml } from "./overhead.js";
