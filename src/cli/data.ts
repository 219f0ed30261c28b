import { Command } from "commander";
import type { Io } from "./io.js";

export default (_io: Io): Command => new Command("data");
