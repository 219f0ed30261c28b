import { inspect } from "node:util";

const bookkeeping = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/**
 * Hides the properties with which Node marks promises' asynchronous context, so that `console.log(promise)` shows only the
 * promise.
 */
export function showPlainPromises(): void {
  Object.defineProperty(Promise.prototype, inspect.custom, {
    configurable: true,
    value(this: Promise<unknown>) {
      for (const symbol of Object.getOwnPropertySymbols(this)) {
        if (bookkeeping.has(symbol.description ?? "")) Object.defineProperty(this, symbol, { enumerable: false });
      }
      return this;
    },
  });
}
