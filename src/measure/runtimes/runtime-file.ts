import { z } from "zod";
import { runtimeColours } from "../../model/runtimes.js";
import { type RuntimeDeclaration, tomlOverlay } from "./runtime.js";
import { readYamlFile } from "./yaml-file.js";

const pattern = z.string().transform((text, context) => {
  try {
    return new RegExp(text);
  } catch (error) {
    context.addIssue({ code: "custom", message: `expected a regular expression: ${(error as Error).message}` });
    return z.NEVER;
  }
});

const schema = z.strictObject({
  id: z.string().regex(/^[a-z0-9]+$/, "expected lower-case letters and digits"),
  handler: z.string().min(1),
  label: z.string().min(1).optional(),
  colour: z.enum(runtimeColours).optional(),
  snapshotter: z.enum(["overlayfs", "devmapper"]).nullable().default(null),
  config: z
    .strictObject({
      path: z.string().startsWith("/"),
      hypervisor: z.string().startsWith("hypervisor."),
      overlay: tomlOverlay.default({}),
    })
    .nullable()
    .default(null),
  guestMemoryExtraMb: z.int().nonnegative().default(0),
  template: z.enum(["kata-factory", "rund-template"]).nullable().default(null),
  versions: z.array(z.array(z.string()).min(1)).default([]),
  processes: z
    .array(
      z.strictObject({
        component: z.enum(["shim", "vmm", "virtiofsd", "sandbox", "gofer", "pause", "other"]),
        pattern,
      }),
    )
    .default([]),
});

/**
 * Reads a runtime from a separate file (`--runtime-file`), for runtimes that containerd knows and rund-lab does not.
 *
 * ```yaml
 * id: youki
 * handler: youki
 * versions: [[youki, --version]]
 * processes: [{component: shim, pattern: "containerd-shim-runc-v2 "}]
 * ```
 *
 * @throws LabError `RUND_RUNTIME_FILE` with file and line
 */
export function readRuntimeFile(file: string): RuntimeDeclaration {
  const { content } = readYamlFile(file, schema, "RUND_RUNTIME_FILE", Object.keys(schema.shape));
  const { label, versions, ...rest } = content;
  return { ...rest, label: label ?? rest.id, shim: null, versions: versions.map(command => ({ command })) };
}
