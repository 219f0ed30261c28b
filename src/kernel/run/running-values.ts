import type { RunningValues } from "../compile/language.js";

/** Reads the cells' variables for completion, without running a getter or a proxy's trap. */
export function runningValues(
  variables: Readonly<Record<string, unknown>>,
  isProxy: (value: object) => boolean,
): RunningValues {
  const fieldOf = (holder: unknown, name: string): unknown => {
    for (let object = holder; isObject(object) && !isProxy(object); object = Object.getPrototypeOf(object)) {
      const descriptor = Object.getOwnPropertyDescriptor(object, name);
      if (descriptor !== undefined) return descriptor.value;
    }
    return undefined;
  };
  return {
    properties([root, ...path]) {
      if (root === undefined || !Object.hasOwn(variables, root)) return [];
      // an imported name is a getter of the compiled code, which only reads the module
      let value: unknown = variables[root];
      for (const name of path) value = fieldOf(value, name);
      const names = new Set<string>();
      for (let object = boxed(value); isObject(object) && !isProxy(object); object = Object.getPrototypeOf(object)) {
        if (object === Object.prototype) break;
        for (const name of Object.getOwnPropertyNames(object)) names.add(name);
      }
      names.delete("constructor");
      return [...names];
    },
  };
}

const isObject = (value: unknown): value is object =>
  (typeof value === "object" && value !== null) || typeof value === "function";

const boxed = (value: unknown): unknown => (value === undefined || value === null ? undefined : Object(value));
