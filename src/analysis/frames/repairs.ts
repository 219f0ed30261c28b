import { inspect } from "node:util";
import { counted } from "../../model/counted.js";
import { frameText, type ViewableFrame } from "./view.js";

/**
 * Repairs the faults and slow methods of danfo 1.2.0, in one place, so that a notebook can use danfo like pandas:
 *
 * - Aggregations of groups skip missing values, as in pandas. danfo's mean of 1, NaN and 3 is NaN.
 * - Grouping keeps keys apart. danfo joins the keys of several columns with "-", so ("a-b", "c") and ("a", "b-c") are one
 *   group, and a key such as "constructor" fails.
 * - Grouping a frame without rows gives a frame without rows. danfo throws a TypeError.
 * - `query` filters by position. danfo takes index labels for positions, so a filtered frame cannot be filtered again.
 * - `sortValues` sorts in n log n and puts missing values last. danfo takes two minutes for 600,000 rows.
 * - Node, and so stock tslab, displays a frame as text: its head, its tail and its size.
 *
 * The repairs change the prototypes of danfo's classes, since every danfo method returns a new frame of those classes.
 */
export function repair({ DataFrame }: DanfoClasses): void {
  const groups = new DataFrame([[0]], { columns: ["key"] }).groupby(["key"]);
  repairGroups(Object.getPrototypeOf(groups), DataFrame);
  Object.assign(ownerOf(DataFrame.prototype, "sortValues"), { query, sortValues });
  // the common class of danfo's frames and series
  Object.defineProperty(ownerOf(DataFrame.prototype, "values"), inspect.custom, {
    configurable: true,
    value(this: ViewableFrame) {
      return frameText(this);
    },
  });
}

/**
 * Returns the prototype in a chain that defines a member. danfo exports a subclass, but its methods return frames of the base
 * class.
 */
function ownerOf(prototype: object, member: string): object {
  const above: object | null = Object.getPrototypeOf(prototype);
  return above !== null && member in above ? ownerOf(above, member) : prototype;
}

/** The classes of danfo that are repaired. */
export interface DanfoClasses {
  readonly DataFrame: { new (data: unknown, options?: object): Frame; readonly prototype: Frame };
}

/** The part of danfo's DataFrame that is used here. */
interface Frame extends ViewableFrame {
  readonly dtypes: readonly string[];
  readonly constructor: new (data: unknown, options?: object) => Frame;
  groupby(columns: readonly string[]): Groups;
  sortValues(column: string, options?: { ascending?: boolean; inplace?: boolean }): Frame | undefined;
  $setValues(values: unknown, checkLength?: boolean): void;
  $setIndex(index: unknown): void;
}

type Key = string | number | boolean;

/** The part of danfo's Groupby that is used here; its fields have danfo's names. */
interface Groups {
  readonly data: readonly (readonly unknown[])[] | null;
  /** The grouping columns, and their positions in a row. */
  readonly keyCol: readonly string[];
  readonly colIndex: readonly number[];
  readonly columnName: readonly string[];
  /** By group: the values of each column, and the group's keys. */
  colDict: Record<string, Record<string, unknown[]>>;
  keyToValue: Record<string, Key[]>;
  groupColNames?: readonly string[];
  group(): Groups;
  getGroup(keys: readonly Key[]): Frame;
  colKeyDict(groups: object): readonly string[];
  toDataFrame(groups: Groups["colDict"]): Frame;
  operations(operation: string): Frame;
  agg(operations: Readonly<Record<string, string | readonly string[]>>): Frame;
  groupMathLog(values: readonly unknown[], operation: string): unknown[];
}

function repairGroups(groups: Groups, DataFrame: DanfoClasses["DataFrame"]): void {
  const { agg, groupMathLog, operations, toDataFrame } = groups;
  // without the first character, danfo's splitting at "-" and JavaScript's sorting of whole-number keys would change the order
  const nameOf = (keys: readonly unknown[]) => `=${JSON.stringify(keys)}`;

  groups.group = function (this: Groups) {
    this.colDict = Object.create(null) as Groups["colDict"];
    this.keyToValue = Object.create(null) as Groups["keyToValue"];
    for (const row of this.data ?? []) {
      const keys = this.colIndex.map(index => row[index] as Key);
      const name = nameOf(keys);
      if (!(name in this.colDict)) {
        this.keyToValue[name] = keys;
        this.colDict[name] = Object.fromEntries(this.columnName.map(column => [column, []]));
      }
      const own = this.colDict[name]!;
      this.columnName.forEach((column, index) => {
        own[column]!.push(row[index]);
      });
    }
    return this;
  };
  groups.colKeyDict = all => Object.keys(all);
  groups.getGroup = function (this: Groups, keys) {
    const name = nameOf(keys);
    return toDataFrame.call(this, { [name]: this.colDict[name] ?? {} });
  };
  const withoutRows = (keys: readonly string[], columns: readonly string[]) =>
    new DataFrame([], { columns: [...keys, ...columns] });
  groups.operations = function (this: Groups, operation) {
    if (Object.keys(this.colDict).length > 0) return operations.call(this, operation);
    const own = this.groupColNames ?? this.columnName.filter(column => !this.keyCol.includes(column));
    return withoutRows(
      this.keyCol,
      own.map(column => `${column}_${operation}`),
    );
  };
  groups.agg = function (this: Groups, wanted) {
    if (Object.keys(this.colDict).length > 0) return agg.call(this, wanted);
    const own = Object.entries(wanted).flatMap(([column, all]) => [all].flat().map(one => `${column}_${one}`));
    return withoutRows(this.keyCol, own);
  };
  groups.groupMathLog = function (this: Groups, values, operation) {
    if (operation.startsWith("cum")) return groupMathLog.call(this, values, operation);
    const present = values.filter(value => !isMissing(value));
    if (present.length > 0) return groupMathLog.call(this, present, operation);
    return [operation === "count" || operation === "sum" ? 0 : Number.NaN];
  };
}

function sortValues(
  this: Frame,
  column: string,
  { ascending = true, inplace = false }: { ascending?: boolean; inplace?: boolean } = {},
): Frame | undefined {
  const at = this.columns.indexOf(column);
  if (at < 0) throw new Error(`sortValues: expected one of the columns ${this.columns.join(", ")}, found ${column}`);
  const rows = this.values as readonly (readonly unknown[])[];
  const places = rows
    .map((row, place) => ({ place, value: row[at] as Key }))
    .sort((a, b) => {
      const missing = Number(isMissing(a.value)) - Number(isMissing(b.value));
      if (missing !== 0 || a.value === b.value || isMissing(a.value)) return missing || a.place - b.place;
      return a.value < b.value === ascending ? -1 : 1;
    })
    .map(({ place }) => place);
  return atPlaces(this, places, inplace);
}

function query(
  this: Frame,
  condition: { readonly values: readonly unknown[] } | readonly unknown[],
  { inplace = false }: { inplace?: boolean } = {},
): Frame | undefined {
  const wanted = Array.isArray(condition) ? condition : (condition as { readonly values: readonly unknown[] }).values;
  const rows = this.index.length;
  if (wanted.length !== rows)
    throw new Error(`query: expected ${counted(rows, "boolean")}, one per row, found ${wanted.length}`);
  const places = wanted.flatMap((own, place) => (own === true ? [place] : []));
  return atPlaces(this, places, inplace);
}

/** Returns the rows at these positions as a new frame, or changes the frame in place. */
function atPlaces(frame: Frame, places: readonly number[], inplace: boolean): Frame | undefined {
  const values = places.map(place => frame.values[place]!);
  const index = places.map(place => frame.index[place]!);
  if (!inplace) {
    const { columns, dtypes } = frame;
    return new (frame.constructor as DanfoClasses["DataFrame"])(values, { columns, dtypes, index });
  }
  frame.$setValues(values, false);
  frame.$setIndex(index);
  return undefined;
}

const isMissing = (value: unknown): boolean => value === null || value === undefined || Number.isNaN(value);
