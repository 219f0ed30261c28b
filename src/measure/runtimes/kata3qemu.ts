import { kata3 } from "./kata3.js";

/** Kata 3 with QEMU. */
export const kata3qemu = kata3("kata3qemu", "kata-qemu", "qemu", [
  { component: "vmm", pattern: /^\/opt\/kata\/bin\/qemu-system-\S+( |$)/ },
]);
