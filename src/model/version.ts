import { createRequire } from "node:module";

/** The package's version, for manifests, reports and the kernel. */
export const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };
