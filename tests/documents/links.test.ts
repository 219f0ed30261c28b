import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { projectRoot } from "../support/needs.js";
import { documents } from "./documents.js";

const test = suite("links between documents");

/** The part of an address that a heading gets on the repository's web page. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

/** Of headings that are alike the second gets a 1 behind it, the third a 2. */
function anchorsOf(text: string): readonly string[] {
  const plain = [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => anchorOf(heading));
  return plain.map((anchor, at) => {
    const before = plain.slice(0, at).filter(other => other === anchor).length;
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

/** The text without code, in which brackets mean something else. */
const prose = (text: string) => text.replaceAll(/^```[\s\S]*?^```/gm, "").replaceAll(/`[^`\n]*`/g, "");

for (const { file, text } of documents) {
  test(`${file}: each link leads somewhere`, () => {
    const broken = [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => target)
      .filter(target => !/^https?:/.test(target))
      .filter(target => {
        const [path = "", anchor] = target.split("#");
        const to = path === "" ? join(projectRoot, file) : join(projectRoot, dirname(file), path);
        if (!existsSync(to) || relative(projectRoot, to).startsWith("..")) return true;
        return anchor !== undefined && !anchorsOf(readFileSync(to, "utf8")).includes(anchor);
      });
    assert.equal(broken, []);
  });

  test(`${file}: names no path of somebody's machine`, () => {
    assert.not.match(text, /(?<![\w.])\/(work|home|root|Users|workspace)\//);
  });
}

test("the README's picture is small enough to load at once", () => {
  assert.ok(statSync(join(projectRoot, "docs/images/fig-10.png")).size < 150_000);
});

test.run();
