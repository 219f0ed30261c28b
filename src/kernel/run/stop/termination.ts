import { AsyncLocalStorage } from "node:async_hooks";

/** Node's bookkeeping of async contexts, kept from ending the process after an interrupt. */
export interface AsyncContexts {
  /** Switches the checks off. Whoever uses async hooks for the first time switches them on, so: before each cell. */
  uncheck(): void;
  /** Forgets the contexts of code that was terminated. To be called from a callback of its own. */
  clear(): void;
}

/**
 * Lets Node survive that code is terminated in the middle of a callback.
 *
 * Node keeps a stack of async contexts (for timers, and up to Node 22 for everything where AsyncLocalStorage is used),
 * and ends the process when it finds the stack uneven, as it is after `Runtime.terminateExecution`. The option
 * `--no-force-async-hooks-checks` in the kernelspec forbids that until async hooks are used, as AsyncLocalStorage does up
 * to Node 22: there, the checks are switched off by hand. Node 24 needs no more than the option.
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
