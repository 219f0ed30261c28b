import { statSync } from "node:fs";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type ts from "typescript";
import type { TypeScript } from "../typescript/typescript.js";
import { Library } from "./library.js";
import { browserTypes, typeRoots } from "./settings.js";

/** The kernel's own compiled files, which do not change while it runs. */
const ownFolder = fileURLToPath(new URL("../../..", import.meta.url));

/** Larger JSON files have the type `any`, because computing their type takes longer than reading them. */
const largestTypedJson = 1_000_000;

/** Whether a file may change while a notebook is open. */
export const isLocal = (path: string): boolean =>
  !path.includes(`${sep}node_modules${sep}`) && !path.startsWith(ownFolder);

/** The files that TypeScript sees: those on the disk, and those of cells. */
export class Workspace implements ts.LanguageServiceHost {
  readonly #virtual = new Map<string, { readonly text: string; readonly version: string }>();
  readonly #snapshots = new Map<string, { readonly version: string; readonly snapshot: ts.IScriptSnapshot }>();
  readonly #folders = new Map<string, boolean>();
  readonly #typeRoots: readonly string[];
  #library!: Library;
  #libraryVersion = "";
  #libraryModules: readonly string[] = [];
  #version = 0;
  #options: ts.CompilerOptions;
  #withNode = false;
  /** The options for TypeScript. The object stays the same while nothing changes, because TypeScript compares it. */
  #current: ts.CompilerOptions | undefined;
  /** Whether imports that may lead to other files than before are looked up again. */
  lookAgain = true;
  /** The files that TypeScript begins with. */
  roots: readonly string[] = [];

  constructor(
    private readonly ts: TypeScript,
    private readonly folder: string,
    options: ts.CompilerOptions,
  ) {
    this.#options = options;
    this.#typeRoots = typeRoots(ts, folder);
    this.#useLibrary();
  }

  set options(options: ts.CompilerOptions) {
    this.#options = options;
    this.#current = undefined;
    this.#useLibrary();
  }

  /** Writes JavaScript's library, with the parts that a tsconfig.json names, if it names any. */
  #useLibrary(): void {
    const version = this.#options.lib?.join(" ") ?? "Node's";
    if (version === this.#libraryVersion) return;
    this.#libraryVersion = version;
    this.#library = new Library(this.ts, this.#options.lib);
    this.write(this.#libraryPath, this.#library.text);
    for (const path of this.#libraryModules) this.remove(path);
    this.#libraryModules = this.#library.modules.map((text, at) => {
      const path = join(this.folder, `__rund_lab_library_${at + 1}.d.ts`);
      this.write(path, text);
      return path;
    });
  }

  get withNode(): boolean {
    return this.#withNode;
  }

  /** Makes Node's types available from now on. */
  addNode(): void {
    if (this.#withNode) return;
    this.#withNode = true;
    this.#current = undefined;
    this.write(this.#globals, browserTypes(this.ts));
  }

  get #libraryPath(): string {
    return join(this.folder, "__rund_lab_library.d.ts");
  }

  get #globals(): string {
    return join(this.folder, "__rund_lab_globals.d.ts");
  }

  write(path: string, text: string): void {
    this.#virtual.set(path, { text, version: `v${++this.#version}` });
  }

  remove(path: string): void {
    this.#virtual.delete(path);
    this.#snapshots.delete(path);
  }

  /** Returns the text that replaces a file on the disk. */
  virtual(path: string): string | undefined {
    return (
      this.#virtual.get(path)?.text ??
      (this.#largeJson(path) ? "declare const value: any;\nexport default value;\n" : undefined)
    );
  }

  /** Whether a path is the declaration of a large JSON file. */
  #largeJson(path: string): boolean {
    const json = path.endsWith(".d.json.ts") ? path.replace(/\.d\.json\.ts$/, ".json") : undefined;
    return (
      json !== undefined && isLocal(json) && (statSync(json, { throwIfNoEntry: false })?.size ?? 0) > largestTypedJson
    );
  }

  getCompilationSettings(): ts.CompilerOptions {
    const { lib, ...options } = this.#options;
    this.#current ??= {
      ...options,
      typeRoots: [...(this.#options.typeRoots ?? this.#typeRoots)],
      ...(!this.#withNode && { types: [] }),
    };
    return this.#current;
  }

  getScriptFileNames(): string[] {
    return [
      ...this.#libraryModules,
      ...(this.#withNode && this.#options.lib?.includes("lib.dom.d.ts") !== true ? [this.#globals] : []),
      ...this.roots,
    ];
  }

  getScriptVersion(path: string): string {
    const virtual = this.#virtual.get(path);
    if (virtual !== undefined) return virtual.version;
    if (!isLocal(path)) return this.#libraryVersion;
    const found = statSync(path, { throwIfNoEntry: false });
    return found === undefined ? "none" : `${found.mtimeMs} ${found.size}`;
  }

  getScriptSnapshot(path: string): ts.IScriptSnapshot | undefined {
    const version = this.getScriptVersion(path);
    const known = this.#snapshots.get(path);
    if (known?.version === version) return known.snapshot;
    const text = this.virtual(path) ?? this.ts.sys.readFile(path);
    if (text === undefined) return undefined;
    const snapshot = this.ts.ScriptSnapshot.fromString(isLocal(path) ? text : this.#library.withoutReferences(text));
    this.#snapshots.set(path, { version, snapshot });
    return snapshot;
  }

  fileExists(path: string): boolean {
    return this.virtual(path) !== undefined || this.ts.sys.fileExists(path);
  }

  readFile(path: string): string | undefined {
    return this.virtual(path) ?? this.ts.sys.readFile(path);
  }

  /** Caches the folders of packages, for which TypeScript asks hundreds of times. */
  directoryExists(path: string): boolean {
    if (isLocal(join(path, "file"))) return this.ts.sys.directoryExists(path);
    let known = this.#folders.get(path);
    if (known === undefined) {
      known = this.ts.sys.directoryExists(path);
      this.#folders.set(path, known);
    }
    return known;
  }

  readonly getCurrentDirectory = (): string => this.folder;
  readonly getDefaultLibFileName = (): string => this.#libraryPath;
  readonly getDirectories = (path: string): string[] => this.ts.sys.getDirectories(path);
  readonly readDirectory: ts.System["readDirectory"] = (...args) => this.ts.sys.readDirectory(...args);
  readonly realpath = (path: string): string => this.ts.sys.realpath?.(path) ?? path;
  readonly useCaseSensitiveFileNames = (): boolean => true;
  /** A package that was missing for one cell may exist for the next. */
  readonly hasInvalidatedResolutions = (path: string): boolean => this.lookAgain && isLocal(path);
}
