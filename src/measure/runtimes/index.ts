import { crun } from "./crun.js";
import { kata } from "./kata.js";
import { kata3clh } from "./kata3clh.js";
import { kata3dragonball } from "./kata3dragonball.js";
import { kata3fc } from "./kata3fc.js";
import { kata3qemu } from "./kata3qemu.js";
import { katafc } from "./katafc.js";
import { katatemplate } from "./katatemplate.js";
import { runc } from "./runc.js";
import { rund } from "./rund.js";
import { runsc } from "./runsc.js";
import type { RuntimeDeclaration } from "./runtime.js";

/** The declared runtimes. A new one is a file in this folder and an entry here; campaigns record its label and colour. */
export const runtimes: readonly RuntimeDeclaration[] = [
  kata,
  katafc,
  katatemplate,
  rund,
  runc,
  crun,
  runsc,
  kata3qemu,
  kata3clh,
  kata3fc,
  kata3dragonball,
];

export { findRuntime } from "./find-runtime.js";
export type {
  ProcessPattern,
  RuntimeConfig,
  RuntimeDeclaration,
  RuntimeShim,
  VersionLine,
} from "./runtime.js";
export { readRuntimeFile } from "./runtime-file.js";
