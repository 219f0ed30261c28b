import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect, createServer } from "node:net";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { listenNameless } from "../../../src/measure/cri/replay/listen.js";
import { inTempFolder } from "../../support/temp.js";

const test = suite("a nameless socket");

test("it can be reached by its path but is in no folder, so a killed process leaves no socket behind", () =>
  inTempFolder(async folder => {
    const { TMPDIR } = process.env;
    process.env.TMPDIR = folder;
    const server = createServer(connection => connection.end("here"));
    try {
      const { path, release } = await listenNameless(server);
      assert.equal(readdirSync(folder), []);
      const [said] = await once(connect(path), "data");
      assert.is(String(said), "here");
      release();
    } finally {
      if (TMPDIR === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = TMPDIR;
      await new Promise(resolve => server.close(resolve));
    }
  }));

test.run();
