/** What tests of the views share: a view painted by hand, and responses to paint. */
import { vi } from "vitest";
import type { Json, JsonObject } from "../src/json.js";
import { Store, type Tails } from "../src/store.js";
import { ResponseView } from "../src/views/response.js";
import type { Picture } from "../src/views/scene.js";
import type { Op } from "../src/wire.gen.js";
import { emptyResponse } from "./fakes.js";

const NO_TAILS: Tails = { of: () => undefined };

/** A view, painted by hand. */
export class Stage {
  readonly cancel = vi.fn();
  readonly retry = vi.fn();
  readonly view: ResponseView;
  readonly life = new AbortController();
  readonly store = new Store();
  #seq = 0;

  constructor() {
    this.view = new ResponseView({
      cancel: this.cancel,
      retry: this.retry,
      repaint: () => undefined,
      load: () => new Promise(() => {}),
      signal: this.life.signal,
    });
    document.body.replaceChildren(this.view.el);
  }

  paint(response: Json, more: Partial<Picture> = {}): this {
    const usual = {
      tails: NO_TAILS,
      connected: true,
      stopping: false,
      now: 1_000_000,
      elapsed: 2000,
      spent: () => 3200,
    };
    this.view.update({ ...usual, response: response as JsonObject, ...more }, true);
    return this;
  }

  /** Applies ops and paints with what was appended. */
  play(ops: Op[], more: Partial<Picture> = {}): this {
    this.store.apply({ seq: ++this.#seq, ops });
    return this.paint(this.store.snapshot, { tails: this.store.takeTails(), ...more });
  }

  one(selector: string): HTMLElement {
    const found = this.view.el.querySelectorAll<HTMLElement>(selector);
    if (found.length !== 1) throw new Error(`Expected one ${selector}, found ${found.length}.`);
    return found[0] as HTMLElement;
  }

  all(selector: string): HTMLElement[] {
    return [...this.view.el.querySelectorAll<HTMLElement>(selector)];
  }

  text(selector: string): string {
    return this.one(selector).textContent ?? "";
  }
}

export function response(output: Json[], more: Record<string, Json> = {}): JsonObject {
  return emptyResponse({ status: "in_progress", output, ...more });
}

export function message(text: string, more: Record<string, Json> = {}): JsonObject {
  return { type: "message", status: "in_progress", content: [{ type: "output_text", text, annotations: [] }], ...more };
}

export function call(args: string, more: Record<string, Json> = {}): JsonObject {
  return { type: "function_call", name: "f", call_id: "call_1", arguments: args, status: "in_progress", ...more };
}

export const visible = (element: HTMLElement) => element.closest("[hidden]") === null;
