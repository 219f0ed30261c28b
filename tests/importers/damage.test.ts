/** Files of other tools, damaged in every place: rows, problems or an error, and never a number that the file does not have. */
import { join } from "node:path";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { random } from "../../src/analysis/stats/random.js";
import { type ImportedSample, importFile, type Sink } from "../../src/importers/index.js";
import { LabError } from "../../src/model/errors.js";
import { inTempFolder, writeFiles } from "../support/temp.js";
import {
  computesdk,
  critest,
  hyperfine,
  idlabMemory,
  idlabStart,
  kataBoot,
  kataMemory,
  kubeBurner,
  stellar,
  stellarBursts,
  stress,
  stressDensity,
} from "./samples.js";

const test = suite("damaged results of other tools");
const whole = {
  critest: [critest],
  kata: [kataBoot(1.25), kataMemory],
  "kube-burner": [kubeBurner()],
  hyperfine: [hyperfine],
  computesdk: [computesdk],
  "containerd-stress": [stress, stressDensity],
  idlab: [idlabStart, idlabMemory],
  stellar: [stellar, stellarBursts],
} as const;

interface Found {
  readonly values: readonly number[];
  readonly problems: number;
}

/** What an importer makes of a text; null if it refuses the file as a whole. */
const read = (format: string, text: string): Promise<Found | null> =>
  inTempFolder(async folder => {
    writeFiles(folder, { file: text });
    const values: number[] = [];
    let problems = 0;
    const sink: Sink = {
      run: () => ({
        sample: ({ outcome, latencyMs }: ImportedSample) => {
          if (outcome === "ready") values.push(latencyMs ?? Number.NaN);
        },
        burst: ({ makespanMs }) => void values.push(makespanMs),
        memory: ({ perSandboxKiB }) => void values.push(perSandboxKiB),
        rate: ({ perSecond }) => void values.push(perSecond),
      }),
      problem: () => void problems++,
    };
    try {
      await importFile(format, join(folder, "file"), () => sink);
    } catch (error) {
      if (error instanceof LabError) return null;
      throw error;
    }
    return { values, problems };
  });

for (const [format, texts] of Object.entries(whole)) {
  for (const [index, text] of texts.entries()) {
    const name = texts.length === 1 ? format : `${format} ${index + 1}`;

    test(`${name}: cut off at any place, its values are the first of the whole file's`, async () => {
      const all = (await read(format, text))!;
      assert.ok(all.values.length > 0 && all.problems === 0);
      const stream = random(name);
      for (let i = 0; i < 25; i++) {
        const end = 1 + stream.below(text.trimEnd().length - 1);
        const found = await read(format, text.slice(0, end));
        if (found === null) continue;
        // a cut through the last number of a text file leaves a shorter number, and the count of values wrong
        const own = found.values.slice(0, text.startsWith("{") || text.startsWith("[") ? undefined : -1);
        assert.equal(own, all.values.slice(0, own.length), `cut at ${end}`);
        // a number of the last line that is cut short is a number still; a CSV file does not say how long it is
        const inLastLine = format === "idlab" && !text.slice(end).trimEnd().includes("\n");
        if (format !== "stellar" && !inLastLine) assert.ok(found.problems > 0, `no problem when cut at ${end}`);
      }
    });

    test(`${name}: a number replaced by an implausible one gives no value`, async () => {
      const { values } = (await read(format, text))!;
      const numbers = [...text.matchAll(/(?<![\w.-])\d+(\.\d+)?(?![\w.-])/g)];
      for (const wrong of ["-5", "-46116859600", "1e300", "null", '"soon"', "NaN"]) {
        for (const { index, 0: number } of numbers.slice(0, 30)) {
          const found = await read(format, text.slice(0, index) + wrong + text.slice(index + number.length));
          for (const value of found?.values ?? []) {
            assert.ok(value > 0 && value <= 86_400_000, `${wrong} at ${index} gave ${value}`);
          }
          assert.ok((found?.values.length ?? 0) <= values.length, `${wrong} at ${index} gave more values`);
        }
      }
    });
  }
}

test.run();
