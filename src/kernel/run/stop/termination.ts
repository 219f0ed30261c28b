import { AsyncLocalStorage } from "node:async_hooks";
import { createRequire } from "node:module";
import { hasInternals } from "../../spec.js";

/** Keeps Node's records of async contexts from ending the process after an interrupt. */
interface AsyncContexts {
  /** Switches the checks off. The first use of async hooks switches them on, so this is called before each cell. */
  uncheck(): void;
  /** Drops the contexts of terminated code. Must be called from a separate callback. */
  clear(): void;
}

/**
 * Lets Node survive the termination of code in the middle of a callback.
 *
 * Node keeps a stack of async contexts, and ends the process if the stack is inconsistent, as it is after
 * `Runtime.terminateExecution`. The option `--no-force-async-hooks-checks` in the kernelspec prevents this until async hooks are
 * used, as the kernel does to find open handles. Then the checks are switched off here.
 */
export function asyncContexts(): AsyncContexts {
  const hooks = asyncWrap();
  if (hooks === undefined) return { uncheck() {}, clear() {} };
  new AsyncLocalStorage<boolean>().run(true, () => {});
  return {
    uncheck() {
      hooks.async_hook_fields[hooks.constants.kCheck] = 0;
      hooks.async_hook_fields[hooks.constants.kTotals] = 0;
    },
    clear: () => hooks.clearAsyncIdStack(),
  };
}

/**
 * Returns Node's records. Since version 24, they are among its internal modules, which the kernelspec's option makes available;
 * undefined for a kernelspec without the option, which an earlier version of this package wrote.
 */
function asyncWrap(): AsyncWrap | undefined {
  const { noDeprecation } = process as { noDeprecation?: boolean };
  const { emitWarning } = process;
  Object.assign(process, { noDeprecation: true, emitWarning() {} });
  try {
    if (!hasInternals) return (process as unknown as { binding(name: string): AsyncWrap }).binding("async_wrap");
    const internal = createRequire(import.meta.url)("internal/test/binding") as Internals;
    return internal.internalBinding("async_wrap");
  } catch {
    return undefined;
  } finally {
    Object.assign(process, { noDeprecation, emitWarning });
  }
}

interface Internals {
  internalBinding(name: "async_wrap"): AsyncWrap;
}

interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly constants: { readonly kCheck: number; readonly kTotals: number };
  clearAsyncIdStack(): void;
}
