import { AsyncLocalStorage } from "node:async_hooks";

/** Keeps Node's records of async contexts from ending the process after an interrupt. */
export interface AsyncContexts {
  /** Switches the checks off. The first use of async hooks switches them on, so this is called before each cell. */
  uncheck(): void;
  /** Drops the contexts of terminated code. Must be called from a separate callback. */
  clear(): void;
}

/**
 * Lets Node survive the termination of code in the middle of a callback.
 *
 * Node keeps a stack of async contexts (for timers, and up to Node 22 for all code that uses AsyncLocalStorage), and ends the
 * process if the stack is inconsistent, as it is after `Runtime.terminateExecution`. The option `--no-force-async-hooks-checks`
 * in the kernelspec prevents this until async hooks are used, as AsyncLocalStorage does up to Node 22; then the checks are
 * switched off here. Node 24 needs only the option.
 */
export function asyncContexts(): AsyncContexts {
  if (Number(process.versions.node.split(".")[0]) >= 24) return { uncheck() {}, clear() {} };
  const { noDeprecation } = process as { noDeprecation?: boolean };
  Object.assign(process, { noDeprecation: true });
  const hooks = (process as unknown as { binding(name: "async_wrap"): AsyncWrap }).binding("async_wrap");
  Object.assign(process, { noDeprecation });
  new AsyncLocalStorage<boolean>().run(true, () => {});
  return {
    uncheck() {
      hooks.async_hook_fields[hooks.constants.kCheck] = 0;
      hooks.async_hook_fields[hooks.constants.kTotals] = 0;
    },
    clear: () => hooks.clearAsyncIdStack(),
  };
}

interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly constants: { readonly kCheck: number; readonly kTotals: number };
  clearAsyncIdStack(): void;
}
