import { createRequire } from "node:module";

/** The package's version: in the manifest of what it measured, in its reports, in what the kernel says of itself. */
export const { version } = createRequire(import.meta.url)("../../package.json") as { readonly version: string };
