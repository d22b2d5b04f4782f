/**
 * How long things took, as the page saw it: of one model, for all its views. No clock and no DOM in here.
 *
 * The kernel's own times (`streamcell.started_at`, `elapsed_ms`) are used where the page did not see the beginning; its
 * clock may be another machine's.
 */
import { asList, asNumber, asObject, type JsonObject } from "./json.js";

interface Span {
  from: number | null;
  to: number | null;
}

export class Times {
  #begun: number | null = null;
  #ended: number | null = null;
  #isFirst = true;
  #items: Span[] = [];

  /** Looks at the response as it stands at `now` (Unix milliseconds). */
  observe(response: JsonObject, running: boolean, now: number): void {
    const output = asList(response.output);
    // What is there at first sight began before the page looked.
    const from = this.#isFirst && output.length > 0 ? null : now;
    if (this.#isFirst && running) this.#begun = from;
    this.#isFirst = false;
    for (let i = this.#items.length; i < output.length; i++) this.#items.push({ from, to: null });
    this.#items.forEach((span, i) => {
      if (!running || i < this.#items.length - 1) span.to ??= now;
    });
    if (!running) this.#ended ??= now;
  }

  /** Milliseconds since the request was sent, up to the end; null where nothing tells. */
  elapsed(response: JsonObject, now: number): number | null {
    const annex = asObject(response.streamcell);
    const told = asNumber(annex.elapsed_ms);
    if (told !== null) return told;
    const started = asNumber(annex.started_at);
    const from = this.#begun ?? (started === null ? null : started * 1000);
    return from === null ? null : Math.max(0, (this.#ended ?? now) - from);
  }

  /** Milliseconds that an output item has been, or was, the one that grows. */
  spent(index: number, now: number): number | null {
    const span = this.#items[index];
    return span?.from == null ? null : Math.max(0, (span.to ?? now) - span.from);
  }
}
