/**
 * The snapshot on the page: frames are applied to it, views read it. It knows neither the comm nor the DOM.
 *
 * The same reader as `src/streamcell/frames.py`; both replay `tests/vectors/wire/`. A frame counts whole or not at all.
 * Containers are never changed in place: what an op touched is a new object, all else keeps its identity, so a view
 * compares with `===` to see whether it has anything to paint.
 */
import type { Json, JsonObject } from "./json.js";
import type { Frame, Op, Path, Snapshot } from "./wire.gen.js";

/** As in `frames.py`: a `set` may lengthen a list by so many nulls at most. */
export const MAX_PADDING = 1000;

/** A frame that does not fit: a number is missing before it, or an op leads nowhere. The cure is a resync. */
export class FrameError extends Error {}

/** Text that was only appended since the last painting, by path. Empty for text that was also set. */
export interface Tails {
  /** What was added to the string at `path`, or undefined where that is not known: then compare the whole. */
  of(path: Path): string | undefined;
}

export class Store {
  #root: Json;
  #seq = 0;
  #tails = new TailJournal();

  constructor(start: Json = null) {
    this.#root = start;
  }

  /** The response so far; null before the first frame. Not to be changed. */
  get snapshot(): Json {
    return this.#root;
  }

  /** The number of the last frame applied. */
  get seq(): number {
    return this.#seq;
  }

  /**
   * Applies one frame; an older one changes nothing.
   *
   * Throws: FrameError when a number is missing or an op does not fit; the snapshot is then as it was before.
   */
  apply(frame: Pick<Frame, "seq" | "ops">): void {
    if (frame.seq <= this.#seq) return;
    if (frame.seq !== this.#seq + 1) throw new FrameError(`Expected frame ${this.#seq + 1}, got ${frame.seq}.`);
    const owned = new Set<Json>();
    let root = this.#root;
    for (const op of frame.ops) root = applyOp(root, op, owned);
    this.#root = root;
    this.#seq = frame.seq;
    for (const op of frame.ops) this.#tails.note(op);
  }

  /** Takes a whole snapshot in place of all there was. */
  replace(snapshot: Pick<Snapshot, "seq" | "response">): void {
    this.#root = snapshot.response as JsonObject;
    this.#seq = snapshot.seq;
    this.#tails.note(["set", [], null]);
  }

  /** Starts the numbering afresh; the next frame is 1 and sets the root. */
  restart(): void {
    this.#root = null;
    this.#seq = 0;
    this.#tails.note(["set", [], null]);
  }

  /** The appends since the last call. All views must be painted with them, at once. */
  takeTails(): Tails {
    const tails = this.#tails;
    this.#tails = new TailJournal();
    return tails;
  }
}

/**
 * Remembers appends between two paintings, so that painting costs the new text and not all of it.
 *
 * A `set` makes everything at and below its path unknown until the next painting: the text appended after it stands
 * behind a beginning that the views have not seen.
 */
class TailJournal implements Tails {
  #appended = new Map<string, string>();
  #set = new Set<string>();

  of(path: Path): string | undefined {
    return this.#appended.get(JSON.stringify(path));
  }

  note(op: Op): void {
    const key = JSON.stringify(op[1]);
    if (op[0] === "append") {
      if (!this.#isUnknown(op[1])) this.#appended.set(key, (this.#appended.get(key) ?? "") + op[2]);
      return;
    }
    this.#set.add(key);
    const below = op[1].length === 0 ? "[" : `${key.slice(0, -1)},`;
    for (const known of this.#appended.keys()) {
      if (known === key || known.startsWith(below)) this.#appended.delete(known);
    }
  }

  #isUnknown(path: Path): boolean {
    if (this.#set.size === 0) return false;
    return path.some((_, i) => this.#set.has(JSON.stringify(path.slice(0, i)))) || this.#set.has(JSON.stringify(path));
  }
}

function applyOp(root: Json, op: Op, owned: Set<Json>): Json {
  const [verb, path, value] = op as [string, Path, Json];
  if (!Array.isArray(path)) throw misfit(op, "a path");
  if (verb === "set") return path.length === 0 ? value : change(root, path, 0, owned, () => value);
  if (verb === "append" && typeof value === "string" && path.length > 0) {
    return change(root, path, 0, owned, (old) => {
      if (typeof old !== "string") throw misfit(op, "a string to append to");
      return old + value;
    });
  }
  throw misfit(op, '["set", path, value] or ["append", path, text]');
}

/** `node` with `last(old)` at `path`; containers on the way are copied once a frame (those in `owned` already were). */
function change(node: Json, path: Path, depth: number, owned: Set<Json>, last: (old: Json | undefined) => Json): Json {
  const key = path[depth] as string | number;
  const old = child(node, key);
  const copy = writable(node, owned);
  if (depth === path.length - 1) put(copy, key, last(old));
  else if (old === undefined) throw misfit(path, `something at ${JSON.stringify(key)}`);
  else put(copy, key, change(old, path, depth + 1, owned, last));
  return copy;
}

function child(node: Json, key: string | number): Json | undefined {
  if (Array.isArray(node)) return typeof key === "number" ? node[key] : undefined;
  if (typeof node !== "object" || node === null || typeof key !== "string") return undefined;
  return Object.hasOwn(node, key) ? node[key] : undefined;
}

function writable(node: Json, owned: Set<Json>): Json {
  if (owned.has(node)) return node;
  const copy = Array.isArray(node) ? node.slice() : typeof node === "object" && node !== null ? { ...node } : node;
  owned.add(copy);
  return copy;
}

function put(container: Json, key: string | number, value: Json): void {
  if (Array.isArray(container) && typeof key === "number" && Number.isInteger(key) && key >= 0) {
    if (key <= container.length + MAX_PADDING) {
      while (container.length < key) container.push(null);
      container[key] = value;
      return;
    }
  } else if (typeof key === "string" && typeof container === "object" && container && !Array.isArray(container)) {
    // Not by assignment: the key "__proto__" would change what the object inherits.
    Object.defineProperty(container, key, { value, writable: true, enumerable: true, configurable: true });
    return;
  }
  throw misfit(key, "a place for it");
}

function misfit(got: unknown, expected: string): FrameError {
  const shown = JSON.stringify(got) ?? String(got);
  return new FrameError(`Expected ${expected}, got ${shown.length > 120 ? `${shown.slice(0, 117)}...` : shown}.`);
}
