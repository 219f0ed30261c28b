/** A pattern in the data that no claim mentions, with the cells that show it. */
export interface Finding {
  readonly kind: "unpublished run" | "mix-up" | "end of a lead" | "inversion" | "first round" | "drift";
  /** One or more sentences, without a full stop at the end. */
  readonly text: string;
  /** The cells that show the pattern, one per row. */
  readonly table: {
    readonly columns: readonly string[];
    readonly rows: readonly (readonly (string | number | null)[])[];
  };
}

/** A runtime's name for people. */
export type Label = (runtime: string) => string;
