import { kata3 } from "./kata3.js";

/** Kata 3 with Dragonball, the virtual machine monitor that came out of RunD, inside the shim written in Rust. */
export const kata3dragonball = kata3("kata3dragonball", "kata-dragonball", "dragonball", []);
