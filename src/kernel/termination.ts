import { AsyncLocalStorage } from "node:async_hooks";

/**
 * Lets Node survive that code is terminated in the middle of a callback.
 *
 * Up to Node 22, AsyncLocalStorage keeps a stack of async contexts, and Node ends the process when it finds the stack
 * uneven, as it is after `Runtime.terminateExecution`. The checks are switched off, and the stack is emptied after an
 * interrupt. Node 24 has no such stack, and nothing is done there.
 *
 * @returns empties the stack; to be called from a callback of its own
 */
export function surviveTermination(): () => void {
  if (Number(process.versions.node.split(".")[0]) >= 24) return () => {};
  // the first use switches the checks on, for good
  new AsyncLocalStorage<undefined>().run(undefined, () => {});
  const { noDeprecation } = process as { noDeprecation?: boolean };
  Object.assign(process, { noDeprecation: true });
  const hooks = (process as unknown as { binding(name: "async_wrap"): AsyncWrap }).binding("async_wrap");
  Object.assign(process, { noDeprecation });
  hooks.async_hook_fields[hooks.constants.kCheck] = 0;
  hooks.async_hook_fields[hooks.constants.kTotals] = 0;
  return () => hooks.clearAsyncIdStack();
}

interface AsyncWrap {
  readonly async_hook_fields: Uint32Array;
  readonly constants: { readonly kCheck: number; readonly kTotals: number };
  clearAsyncIdStack(): void;
}
