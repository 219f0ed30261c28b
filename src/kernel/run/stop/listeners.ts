import { EventEmitter } from "node:events";
import { isGuarded } from "../../compile/guards.js";
import type { Origin } from "./origins.js";

type Listener = (...values: never[]) => unknown;

/**
 * Records the listeners that cells' code adds, so that they can be removed when the cell is interrupted. An event of an older
 * cell's emitter happens in that cell's context, in which nothing else would stop them.
 *
 * @param current returns the cell in whose asynchronous context code runs
 */
export function trackListeners(current: () => Origin | undefined): void {
  const record = (target: object, listener: unknown, remove: (target: never, listener: never) => void) => {
    if (!isGuarded(listener)) return;
    const [place, called] = [new WeakRef(target), new WeakRef(listener as Listener)];
    current()?.resources.add({
      alive: () => place.deref() !== undefined && called.deref() !== undefined,
      close: () => remove(place.deref() as never, called.deref() as never),
    });
  };
  const emitters = EventEmitter.prototype as unknown as Record<string, Listener>;
  for (const method of ["on", "once", "prependListener", "prependOnceListener"]) {
    const add = emitters[method]!;
    const recorded = function (this: object, ...[name, listener]: [string | symbol, unknown]) {
      const result = Reflect.apply(add, this, [name, listener]);
      record(this, listener, (emitter: EventEmitter, found: () => void) => emitter.removeListener(name, found));
      return result;
    };
    emitters[method] = Object.defineProperty(recorded, "name", { value: method });
  }
  emitters.addListener = emitters.on!;
  const { addEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (this: EventTarget, type, listener, options) {
    Reflect.apply(addEventListener, this, [type, listener, options]);
    record(this, listener, (target: EventTarget, found: EventListener) =>
      target.removeEventListener(type, found, options),
    );
  };
}
