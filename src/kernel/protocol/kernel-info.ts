import { createRequire } from "node:module";
import { type Content, protocolVersion } from "../../jupyter/wire.js";
import { version } from "../../model/version.js";

const typescriptVersion = (): string =>
  (createRequire(import.meta.url)("typescript/package.json") as { version: string }).version;

/** The kernel's reply to a kernel_info_request. */
export const kernelInfo: Content = {
  status: "ok",
  protocol_version: protocolVersion,
  implementation: "rund-lab",
  implementation_version: version,
  language_info: {
    name: "typescript",
    version: typescriptVersion(),
    mimetype: "text/typescript",
    file_extension: ".ts",
    pygments_lexer: "typescript",
    // the notebook reads `name`, JupyterLab `mode`
    codemirror_mode: { name: "javascript", mode: "typescript", typescript: true },
    nbconvert_exporter: "script",
  },
  banner: `rund-lab ${version}: TypeScript in Jupyter`,
  help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
  debugger: false,
};
