import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A position in a text: line and column from 0, columns in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds the written code that compiled code comes from. The map is decoded when it is first used. */
export class SourceMap {
  #map: TraceMap | undefined;

  /**
   * @param json a source map, as TypeScript writes it
   * @param written converts a position in the text that was compiled to one in the text that was written
   */
  constructor(
    private readonly json: string,
    private readonly written: (position: Position) => Position = position => position,
  ) {}

  /** Returns the written position of a position in compiled code; undefined for generated code. */
  origin({ line, column }: Position): Position | undefined {
    this.#map ??= new TraceMap(this.json);
    const found = originalPositionFor(this.#map, { line: line + 1, column });
    return found.line === null ? undefined : this.written({ line: found.line - 1, column: found.column });
  }
}
