/** Runs the small campaign on a stand-in of a machine and is killed at a moment: `killed-campaign.ts ROOT FOLDER RUNTIME SOCKET MOMENT`. */
import { standIn } from "../changes/stand-ins.js";
import { machineCampaign } from "./machine-campaign.js";

const [root = "", folder = "", id = "", socket = "", moment = ""] = process.argv.slice(2);
let passed = 0;
const at = () => {
  if (passed++ === Number(moment)) process.kill(process.pid, "SIGKILL");
};
await machineCampaign(folder, id, standIn(root), socket, { at });
