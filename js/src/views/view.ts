/** What every view of an output item or content part is, and a list of them kept in step with a list of the snapshot. */
import { asObject, asText, type Json, type JsonObject } from "../json.js";
import type { Highlighter, Maths } from "../markdown/index.js";
import type { Tails } from "../store.js";
import type { Path } from "../wire.gen.js";

/** Parts of the page's code that only some answers need. */
interface Parts {
  highlight: Highlighter;
  maths: Maths;
}
/** Fetches one of them; stays pending where no kernel answers. */
export type Load = <P extends keyof Parts>(part: P) => Promise<Parts[P]>;

/** What views see beside their own value. All of it belongs to the model; views only paint. */
export interface Env {
  /** What was only appended since the last painting. */
  tails: Tails;
  /** More of the response may come. */
  running: boolean;
  /** More of what is painted may come: of an item's parts, that the item has not ended. */
  open: boolean;
  /** The response's own status. */
  status: string;
  /** The snapshot's `streamcell` object. */
  annex: JsonObject;
  /** Unix time in milliseconds. */
  now: number;
  /** Whether no output item has come after this one. */
  isLast(index: number): boolean;
  load: Load;
  /** How long an output item has been growing, in milliseconds; null where the page did not see it begin. */
  spent(index: number): number | null;
}

export interface View {
  readonly el: HTMLElement;
  /** Paints `value`, which stands at `path`. Called when the value, `running`, `open`, or what `watch` gives has changed. */
  update(value: JsonObject, path: Path, env: Env): void;
  /** Something else in `env` that this view shows, compared with `===`. */
  watch?(path: Path, env: Env): unknown;
  destroy?(): void;
}

export type ViewFactory = () => View;

interface Slot {
  type: string;
  view: View;
  value: JsonObject;
  running: boolean;
  open: boolean;
  watched: unknown;
}

/** Views for the objects of a list, in its order. Null entries (not arrived yet) have none. */
export class ViewList {
  #host: HTMLElement;
  #factoryOf: (type: string) => ViewFactory;
  #slots: (Slot | undefined)[] = [];

  constructor(host: HTMLElement, factoryOf: (type: string) => ViewFactory) {
    this.#host = host;
    this.#factoryOf = factoryOf;
  }

  update(values: readonly Json[], path: Path, env: Env): void {
    for (let i = values.length; i < this.#slots.length; i++) this.#remove(i);
    this.#slots.length = Math.min(this.#slots.length, values.length);
    values.forEach((value, i) => {
      this.#paint(i, value, [...path, i], env);
    });
  }

  destroy(): void {
    this.#slots.forEach((_, i) => {
      this.#remove(i);
    });
    this.#slots = [];
  }

  #paint(index: number, raw: Json, path: Path, env: Env): void {
    if (raw === null) return this.#remove(index);
    const value = asObject(raw);
    const type = asText(value.type);
    if (this.#slots[index]?.type !== type) this.#remove(index);
    const slot = this.#slots[index] ?? this.#add(index, type);
    const watched = slot.view.watch?.(path, env);
    const { running, open } = env;
    if (slot.value === value && slot.running === running && slot.open === open && slot.watched === watched) return;
    Object.assign(slot, { value, running, open, watched });
    slot.view.update(value, path, env);
  }

  #add(index: number, type: string): Slot {
    const view = this.#factoryOf(type)();
    const slot: Slot = { type, view, value: NOTHING, running: false, open: false, watched: undefined };
    const next = this.#slots.slice(index + 1).find((other) => other !== undefined);
    this.#host.insertBefore(view.el, next?.view.el ?? null);
    this.#slots[index] = slot;
    return slot;
  }

  #remove(index: number): void {
    const slot = this.#slots[index];
    if (!slot) return;
    slot.view.destroy?.();
    slot.view.el.remove();
    this.#slots[index] = undefined;
  }
}

const NOTHING: JsonObject = {};
