/**
 * Writes docs/api.md: every export of the package's entry points with its declaration and docstring, values before
 * types, each by the alphabet,
 * under an index.
 *
 *   npx tsx docs/make-api.ts
 */
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What is imported, the file behind it, and what it is for. */
const entries = [
  ["rund-lab", "src/index.ts", "Datasets, tables, claims, comparison, figures, and what a notebook's cell shows."],
  ["rund-lab/logs", "src/logs/index.ts", "The log formats, both ways. Loads nothing but Node's own modules."],
  ["rund-lab/stats", "src/analysis/stats/index.ts", "Statistics: arrays in, numbers out."],
  ["rund-lab/measure", "src/measure/index.ts", "Fresh runs: plans, campaigns, CRI clients, the private containerd."],
] as const;

/** The text of docs/api.md. */
export function apiReference(): string {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(root, "tsconfig.json"), file => readFileSync(file, "utf8")).config,
    ts.sys,
    root,
  );
  const files = entries.map(([, file]) => join(root, file));
  const program = ts.createProgram(files, { ...options, noEmit: false, emitDeclarationOnly: true, sourceMap: false });
  const declarations = new Declarations(program);
  const checker = program.getTypeChecker();
  const anchors = new Anchors();
  const sections = entries.map(([name, file, purpose]) => {
    const module = checker.getSymbolAtLocation(program.getSourceFile(join(root, file))!)!;
    const symbols = checker
      .getExportsOfModule(module)
      .map(symbol => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol))
      .filter(symbol => !tagsOf(symbol, checker).has("internal"))
      .sort((a, b) => Number(isType(a)) - Number(isType(b)) || (a.name < b.name ? -1 : 1));
    const items = symbols.map(symbol => describe(symbol, checker, declarations));
    return `## ${name}\n\n${purpose}\n\n${index(symbols, anchors)}\n\n${items.join("\n\n")}\n`;
  });
  const head =
    "# API reference\n\nMade from the docstrings by `npx tsx docs/make-api.ts`; a test keeps it so. The examples are run by a test, too.\n\n";
  const contents = entries.map(([name]) => `[${name}](#${name.replace("/", "")})`).join(" · ");
  return `${head}${contents}\n\n${sections.join("\n")}`;
}

/** The addresses of headings within the page, as the repository's web page gives them: the second of a name is `name-1`. */
class Anchors {
  private readonly given = new Map<string, number>();

  next(heading: string): string {
    const plain = heading.toLowerCase();
    const before = this.given.get(plain) ?? 0;
    this.given.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  }
}

/** What an entry point exports, by the folder of `src/` it comes from: first values, then types. */
function index(symbols: readonly ts.Symbol[], anchors: Anchors): string {
  const folders = new Map<string, [values: string[], types: string[]]>();
  for (const symbol of symbols) {
    const folder = relative(join(root, "src"), dirname(symbol.declarations![0]!.getSourceFile().fileName));
    const links = folders.get(folder) ?? [[], []];
    links[isType(symbol) ? 1 : 0].push(`[${symbol.name}](#${anchors.next(symbol.name)})`);
    folders.set(folder, links);
  }
  const cell = (links: readonly string[]) => links.join(", ");
  const rows = [...folders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, [values, types]]) => `| \`${folder}/\` | ${cell(values)} | ${cell(types)} |`);
  return ["| from `src/` | values | types |", "|---|---|---|", ...rows].join("\n");
}

/** Declarations as the compiler writes them for a package's users: no bodies, every type spelt out. */
class Declarations {
  private readonly program: ts.Program;
  private readonly written = new Map<string, ts.SourceFile>();

  constructor(program: ts.Program) {
    this.program = program;
  }

  /** The declaration of a symbol as text, its own docstring left out. */
  of(symbol: ts.Symbol): string {
    const source = symbol.declarations![0]!.getSourceFile();
    if (!this.written.has(source.fileName)) {
      const keep = (file: string, text: string) =>
        this.written.set(source.fileName, ts.createSourceFile(file, text, ts.ScriptTarget.ESNext, true));
      this.program.emit(source, keep, undefined, true);
    }
    return this.written
      .get(source.fileName)!
      .statements.filter(statement => namesOf(statement).includes(symbol.name))
      .map(statement => statement.getText().replace(/^export (declare )?/, ""))
      .join("\n");
  }
}

const namesOf = (statement: ts.Statement): readonly string[] =>
  ts.isVariableStatement(statement)
    ? statement.declarationList.declarations.map(({ name }) => name.getText())
    : [(statement as ts.DeclarationStatement).name?.getText() ?? ""];

/** The tags of a docstring: name → texts. */
function tagsOf(symbol: ts.Symbol, checker: ts.TypeChecker): ReadonlyMap<string, readonly string[]> {
  const tags = new Map<string, string[]>();
  for (const { name, text } of symbol.getJsDocTags(checker)) {
    tags.set(name, [...(tags.get(name) ?? []), ts.displayPartsToString(text)]);
  }
  return tags;
}

const isType = ({ flags }: ts.Symbol): boolean => (flags & ts.SymbolFlags.Value) === 0;

function describe(symbol: ts.Symbol, checker: ts.TypeChecker, declarations: Declarations): string {
  const tags = tagsOf(symbol, checker);
  const tagged = (tag: string, word: string) =>
    (tags.get(tag) ?? []).map(text => `- ${word} ${text.replaceAll(/\s*\n\s*/g, " ")}`);
  const parameters = (tags.get("param") ?? []).map(text => {
    const [, parameter = "", meaning = ""] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
    return `- \`${parameter}\`: ${meaning.replaceAll(/\s*\n\s*/g, " ")}`;
  });
  const lists = [...parameters, ...tagged("returns", "returns"), ...tagged("throws", "throws")].join("\n");
  const examples = tags.get("example") ?? [];
  return [
    `### ${symbol.name}`,
    ts.displayPartsToString(symbol.getDocumentationComment(checker)),
    lists,
    `\`\`\`ts\n${declarations.of(symbol)}${examples.map(example => `\n\n${example}`).join("")}\n\`\`\``,
  ]
    .filter(part => part !== "")
    .join("\n\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(join(root, "docs/api.md"), apiReference());
