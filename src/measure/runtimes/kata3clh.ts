import { kata3 } from "./kata3.js";

/** Kata 3 with Cloud Hypervisor. */
export const kata3clh = kata3("kata3clh", "kata-clh", "clh", [
  { component: "vmm", pattern: /^\/opt\/kata\/bin\/cloud-hypervisor( |$)/ },
]);
