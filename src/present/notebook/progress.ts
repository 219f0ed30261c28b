import { randomUUID } from "node:crypto";
import { escapeHtml } from "../html.js";
import { displaySink, type MimeBundle } from "./display.js";

/** Time before the progress of work is shown, and the time between two changes. */
const [patienceMs, pauseMs] = [1000, 100];

/** Progress of one piece of work. */
export interface Progress {
  /** @param done the amount that is done, in the unit of the total */
  update(done: number): void;
  /** Marks everything as done. */
  end(): void;
}

/**
 * Shows the progress of work as one bar that changes in place. Work of less than a second shows nothing.
 *
 * @param label the activity, such as `reading paper_data`
 * @param total the total amount
 * @param now returns the time in milliseconds
 */
export function progress(label: string, total: number, now: () => number = () => performance.now()): Progress {
  const displayId = randomUUID();
  const began = now();
  let shown: number | undefined;
  const show = (done: number) => {
    const bundle = bar(label, done, total);
    if (shown === undefined) displaySink().display(bundle, { displayId });
    else displaySink().update(displayId, bundle);
    shown = now();
  };
  return {
    update(done) {
      const due = shown === undefined ? began + patienceMs : shown + pauseMs;
      if (now() >= due) show(done);
    },
    end() {
      if (shown !== undefined) show(total);
    },
  };
}

function bar(label: string, done: number, total: number): MimeBundle {
  const percent = Math.floor((100 * done) / Math.max(total, 1));
  return {
    "text/html": `<label>${escapeHtml(label)} <progress max="${total}" value="${done}"></progress> ${percent} %</label>`,
    "text/plain": `${label}: ${percent} %`,
  };
}
