import { computesdk } from "./computesdk.js";
import { containerdStress } from "./containerd-stress.js";
import { critest } from "./critest.js";
import { fastiov } from "./fastiov.js";
import { hyperfine } from "./hyperfine.js";
import { idlab } from "./idlab.js";
import type { Importer } from "./importer.js";
import { kataMetrics } from "./kata-metrics.js";
import { kubeBurner } from "./kube-burner.js";
import { stellar } from "./stellar.js";

/** All formats that can be imported. A new one is a file in this folder and a line here. */
export const importers: readonly Importer[] = [
  critest,
  kataMetrics,
  kubeBurner,
  containerdStress,
  hyperfine,
  computesdk,
  idlab,
  stellar,
  fastiov,
];
