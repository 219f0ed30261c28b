import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { pauseImage, pauseImageName, pauseProgram } from "../../../src/measure/containerd/images/pause-image.js";
import { program, suiteNeeding } from "../../support/needs.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("the pause image");

test("the image is a tar that `tar` reads, and its manifests name each blob's digest and size", () =>
  inTempFolder(folder => {
    writeFileSync(join(folder, "image.tar"), pauseImage());
    execFileSync("tar", ["-xf", "image.tar"], { cwd: folder });
    const blob = ({ digest, size }: { digest: string; size: number }) => {
      const content = readFileSync(join(folder, "blobs/sha256", digest.replace("sha256:", "")));
      assert.is(`sha256:${createHash("sha256").update(content).digest("hex")}`, digest);
      assert.is(content.length, size);
      return content;
    };
    const index = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
    assert.is(index.manifests[0].annotations["io.containerd.image.name"], pauseImageName);
    const { manifests } = JSON.parse(blob(index.manifests[0]).toString());
    const architectures = manifests.map((each: { platform: { architecture: string } }) => each.platform.architecture);
    assert.equal(architectures, ["amd64", "arm64"]);
    for (const [index, architecture] of (["amd64", "arm64"] as const).entries()) {
      const manifest = JSON.parse(blob(manifests[index]).toString());
      const config = JSON.parse(blob(manifest.config).toString());
      assert.is(config.architecture, architecture);
      assert.equal(config.rootfs.diff_ids, [manifest.layers[0].digest], "the layer is not compressed");
      writeFileSync(join(folder, "layer.tar"), blob(manifest.layers[0]));
      const listing = execFileSync("tar", ["-tvf", "layer.tar"], { cwd: folder, encoding: "utf8" });
      assert.match(listing, /^-rwxr-xr-x 0\/0 +\d+ 1970-01-01 \d\d:\d\d pause\n$/);
      const content = execFileSync("tar", ["-xOf", "layer.tar", "pause"], { cwd: folder });
      assert.equal(content, pauseProgram(architecture));
    }
  }));

test("the image always has the same bytes", () => {
  assert.equal(pauseImage(), pauseImage());
});

test("each instruction of the arm64 program is the encoding of its assembly", () => {
  // AArch64: movz is 0xd2800000 | value << 5 | register, b is 0x14000000 | (offset / 4) & 0x3ffffff
  const movz = (register: number, value: number) => (0xd2800000 | (value << 5) | register) >>> 0;
  const words = pauseProgram("arm64").subarray(120);
  const found = Array.from({ length: words.length / 4 }, (_, index) => words.readUInt32LE(index * 4));
  const back = (0x14000000 | (-6 & 0x3ffffff)) >>> 0;
  assert.equal(found, [movz(0, 0), movz(1, 0), movz(2, 0), movz(3, 0), movz(8, 73), 0xd4000001, back]);
});

if (process.arch === "x64") {
  test("this machine runs the program, which waits in pause(2) and uses no CPU time", () =>
    inTempFolder(async folder => {
      const file = join(folder, "pause");
      writeFileSync(file, pauseProgram("amd64"), { mode: 0o755 });
      const child = spawn(file);
      try {
        const deadline = performance.now() + 10_000;
        const state = () => readFileSync(`/proc/${child.pid}/stat`, "utf8").split(" ");
        while (readFileSync(`/proc/${child.pid}/syscall`, "utf8").split(" ")[0] !== "34") {
          assert.ok(performance.now() < deadline, "it does not wait");
          await delay(5);
        }
        assert.equal([state()[2], state()[13]], ["S", "0"]);
      } finally {
        child.kill("SIGKILL");
      }
    }));
}

test.run();

const tools = suiteNeeding("the pause programs, read by binutils", program("readelf"));

for (const [architecture, machine] of [
  ["amd64", "Advanced Micro Devices X86-64"],
  ["arm64", "AArch64"],
] as const) {
  tools(`${architecture} is an executable with one loadable segment and no interpreter`, () =>
    inTempFolder(folder => {
      const file = join(folder, "pause");
      writeFileSync(file, pauseProgram(architecture));
      const said = execFileSync("readelf", ["-hlW", file], { encoding: "utf8" });
      assert.match(said, /Type: +EXEC/);
      assert.match(said, machine);
      assert.match(said, /Entry point address: +0x400078/);
      assert.match(said, /Number of program headers: +1\n/);
      assert.match(said, /LOAD .* R E /);
      assert.not.match(said, "INTERP");
    }),
  );
}

tools.run();
