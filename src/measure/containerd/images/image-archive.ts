import { hash } from "node:crypto";
import { type TarFile, tar } from "./tar.js";

/** Processor architectures with the names that OCI images use. */
export type Architecture = "amd64" | "arm64";

/** This machine's processor architecture; undefined if we have no image for it. */
export const architectureHere = (): Architecture | undefined =>
  (({ x64: "amd64", arm64: "arm64" }) as const)[process.arch as string];

/** An image for one architecture: the files of its only layer, and how it is started. */
interface ImageContent {
  readonly architecture: Architecture;
  readonly files: readonly TarFile[];
  /** The `config` of the OCI image configuration: Entrypoint, Cmd, Env, WorkingDir. */
  readonly config: Readonly<Record<string, unknown>>;
}

/**
 * Returns an image as a tar of an OCI layout, for `ctr images import`. The same contents give the same bytes: no clock, no
 * compression.
 *
 * @param name the name under which containerd stores it
 */
export function imageArchive(name: string, contents: readonly ImageContent[]): Buffer {
  const blobs = new Map<string, Buffer>();
  const add = (mediaType: string, content: Buffer) => {
    const hex = hash("sha256", content);
    blobs.set(`blobs/sha256/${hex}`, content);
    return { mediaType, digest: `sha256:${hex}`, size: content.length };
  };
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));

  const manifests = contents.map(({ architecture, files, config }) => {
    const layer = add("application/vnd.oci.image.layer.v1.tar", tar(files));
    const image = add(
      "application/vnd.oci.image.config.v1+json",
      json({ architecture, os: "linux", config, rootfs: { type: "layers", diff_ids: [layer.digest] } }),
    );
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const manifest = add(mediaType, json({ schemaVersion: 2, mediaType, config: image, layers: [layer] }));
    return { ...manifest, platform: { architecture, os: "linux" } };
  });
  const all = add(
    "application/vnd.oci.image.index.v1+json",
    json({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests }),
  );
  const index = {
    schemaVersion: 2,
    manifests: [{ ...all, annotations: { "io.containerd.image.name": name } }],
  };
  return tar([
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", content: json(index) },
    ...[...blobs].map(([path, content]) => ({ path, content })),
  ]);
}
