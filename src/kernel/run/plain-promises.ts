import { inspect } from "node:util";

const bookkeeping = new Set(["async_id_symbol", "trigger_async_id_symbol", "kResourceStore"]);

/** Hides what Node writes on promises to know their asynchronous context, so that `console.log(promise)` shows a promise. */
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
