/** Prepares a stand-in of a machine and is killed as a step begins: `killed.ts ROOT RUNTIME STEP SOCKET`. */
import { prepareMachine, prepareSteps } from "../../../src/measure/changes/index.js";
import { findRuntime, runtimes } from "../../../src/measure/runtimes/index.js";
import { standIn } from "./stand-ins.js";

const [root = "", id = "", at = "", socket = ""] = process.argv.slice(2);
const machine = standIn(root);
const containerd = {
  service: { unit: "containerd", socket },
  configPath: "/etc/containerd/config.toml",
  configText: machine.text("etc/containerd/config.toml"),
};
let begun = 0;
const log = () => {
  if (begun++ === Number(at)) process.kill(process.pid, "SIGKILL");
};
await prepareMachine(prepareSteps(findRuntime(id, runtimes), containerd), { ...machine, log });
