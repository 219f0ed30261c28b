import { kata3 } from "./kata3.js";

/** Kata 3 with Firecracker, on the device-mapper snapshotter. */
export const kata3fc = kata3("kata3fc", "kata-fc", "firecracker", [
  { component: "vmm", pattern: /^(\/opt\/kata\/bin)?\/firecracker( |$)/ },
]);
