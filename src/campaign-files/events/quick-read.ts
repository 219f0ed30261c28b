import type { z } from "zod";

/** The result of a quick reader for a value that it does not accept. The schema then decides. */
export const unsure = Symbol("unsure");

/** Returns the schema's result, or `unsure`. */
type QuickRead = (value: unknown) => unknown;

/**
 * Derives a reader from a schema. The reader accepts what the schema accepts, is several times as fast, and gives no reasons.
 *
 * Only the kinds of field and checks that are frequent in journals are read here. All others are left to the schema, so a new
 * kind is slower but checked as well. Objects are returned without a copy, unless a part of them was transformed.
 */
export function quickReader(schema: z.core.$ZodType): QuickRead {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const read = def.type === "number" ? numberReader(def) : refined(readerOf(def), def.checks);
  return read ?? bySchema(schema as z.ZodType);
}

function bySchema(schema: z.ZodType): QuickRead {
  return value => {
    const result = schema.safeParse(value);
    return result.success ? result.data : unsure;
  };
}

/** Reads a number between two bounds, the most frequent field of a journal, in one function. */
function numberReader(def: z.core.$ZodNumberDef | z.core.$ZodNumberFormatDef): QuickRead | undefined {
  const whole = "format" in def;
  if (whole && def.format !== "safeint") return undefined;
  let [least, most] = whole
    ? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    : [-Number.MAX_VALUE, Number.MAX_VALUE];
  for (const check of def.checks ?? []) {
    const { def } = (check as unknown as z.core.$ZodChecks)._zod;
    if (def.check === "greater_than" && def.inclusive) least = Math.max(least, def.value as number);
    else if (def.check === "less_than" && def.inclusive) most = Math.min(most, def.value as number);
    else return undefined;
  }
  return value =>
    typeof value === "number" && value >= least && value <= most && (!whole || Number.isInteger(value))
      ? value
      : unsure;
}

/** Reads a value by its type and then by its checks; undefined if a check is left to the schema. */
function refined(read: QuickRead | undefined, checks: z.core.$ZodTypeDef["checks"]): QuickRead | undefined {
  if (read === undefined || checks === undefined || checks.length === 0) return read;
  const quick = checks.map(quickCheck);
  if (!quick.every(check => check !== undefined)) return undefined;
  return value => {
    const result = read(value);
    return result !== unsure && quick.every(holds => holds(result)) ? result : unsure;
  };
}

/** Returns a check as a function; undefined if it is left to the schema. */
function quickCheck(check: z.core.$ZodCheck<never>): ((value: unknown) => boolean) | undefined {
  const { def } = (check as unknown as z.core.$ZodChecks | z.core.$ZodCustom)._zod;
  if (def.check === "min_length") return value => (value as string).length >= def.minimum;
  // only `refine` makes a custom check, and its function returns true or false
  if (def.check === "custom") return value => Boolean(def.fn(value));
  return undefined;
}

/** Reads a value by its type alone, without its checks; undefined if the type is left to the schema. */
function readerOf(def: z.core.$ZodTypes["_zod"]["def"]): QuickRead | undefined {
  switch (def.type) {
    case "string": {
      if (!("format" in def)) return accepts(value => typeof value === "string");
      const { pattern } = def as { readonly pattern?: RegExp };
      return pattern && !pattern.global
        ? accepts(value => typeof value === "string" && pattern.test(value))
        : undefined;
    }
    case "boolean":
      return accepts(value => typeof value === "boolean");
    case "literal":
      return accepts(value => (def.values as readonly unknown[]).includes(value));
    case "enum": {
      const words = new Set<unknown>(Object.values(def.entries));
      return accepts(value => words.has(value));
    }
    case "nullable": {
      const inner = quickReader(def.innerType);
      return value => (value === null ? null : inner(value));
    }
    case "array":
      return arrayReader(quickReader(def.element));
    case "object":
      return def.catchall?._zod.def.type === "never" ? objectReader(def.shape) : undefined;
    default:
      return undefined;
  }
}

const accepts =
  (fits: (value: unknown) => boolean): QuickRead =>
  value =>
    fits(value) ? value : unsure;

function arrayReader(element: QuickRead): QuickRead {
  return value => {
    if (!Array.isArray(value)) return unsure;
    let read: unknown[] = value;
    for (let index = 0; index < value.length; index++) {
      const part = element(value[index]);
      if (part === unsure) return unsure;
      if (part === value[index]) continue;
      if (read === value) read = value.slice();
      read[index] = part;
    }
    return read;
  };
}

/** Reads an object that has the fields of the shape and no others. */
function objectReader(shape: z.core.$ZodShape): QuickRead {
  const fields = Object.entries(shape).map(([name, part]) => {
    // an optional field is read as its own type: with `exactOptional`, present and undefined is an error
    const { def } = (part as z.core.$ZodTypes)._zod;
    const optional = def.type === "optional";
    return { name, optional, read: quickReader(optional ? def.innerType : part) };
  });
  return value => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return unsure;
    const parts = value as Record<string, unknown>;
    let read = parts;
    let present = 0;
    for (const { name, optional, read: readPart } of fields) {
      const part = parts[name];
      if (part === undefined) {
        if (!optional || name in parts) return unsure;
        continue;
      }
      present++;
      const result = readPart(part);
      if (result === unsure) return unsure;
      if (result === part) continue;
      if (read === parts) read = { ...parts };
      read[name] = result;
    }
    return Object.keys(parts).length === present ? read : unsure;
  };
}
