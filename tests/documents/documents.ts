import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../support/needs.js";

/** A document's path from the project's root, and its text. */
export interface Document {
  readonly file: string;
  readonly text: string;
}

const folders = ["docs", "environment", "campaigns", "paper_data", "ae_data", "src", "notebooks", "tests"];
const inFolder = (folder: string, recursive: boolean) =>
  readdirSync(join(projectRoot, folder), { recursive, encoding: "utf8" }).map(name => join(folder, name));

/** Every document for people. */
export const documents: readonly Document[] = [
  ...inFolder(".", false),
  ...folders.flatMap(each => inFolder(each, true)),
]
  .filter(file => file.endsWith(".md"))
  .map(file => ({ file, text: readFileSync(join(projectRoot, file), "utf8") }));

export const readDocument = (file: string): string => readFileSync(join(projectRoot, file), "utf8");

/** The code blocks of one language; "" for those that name none. */
export const blocks = (text: string, language: string): readonly string[] =>
  [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, own, code = ""]) => (own === language ? [code] : []));

/** The commands of a document's `sh` blocks and of its indented lines, without comments. */
export const commands = ({ text }: Document): readonly string[] =>
  [...blocks(text, "sh"), ...[...text.matchAll(/^ {4}((?:sudo )?np[mx] .*)$/gm)].map(([, line = ""]) => line)]
    .flatMap(block => block.split(/\n|&&/))
    .map(line => line.replace(/(^|\s)#.*$/, "").trim())
    .filter(line => line !== "");

/** The commands of rund-lab that stand in the running text. */
export const commandsInText = ({ text }: Document): readonly string[] =>
  [...text.matchAll(/`((?:sudo )?(?:npx )?rund-lab [^`]+)`/g)].map(([, command = ""]) => command);

/** A command's words, as a shell parts them. */
export const words = (command: string): readonly string[] =>
  [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare ?? "");
