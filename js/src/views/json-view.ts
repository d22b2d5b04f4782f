/**
 * JSON text as an indented tree that grows while the text arrives. Its text content stays the JSON that was written,
 * so that it can be copied; line breaks in strings are drawn as such behind their `\n`.
 */
import { type JsonSink, type Kind, PartialJson } from "../partial-json.js";
import { appendText, el } from "./dom.js";
import type { TextSink } from "./text.js";

/** Beyond so many values the rest is shown as text: the page would grow heavy. */
const MAX_VALUES = 5000;

const CLASSES: Record<Kind, string> = {
  object: "sc-json-object",
  array: "sc-json-array",
  key: "sc-json-key",
  string: "sc-json-string",
  scalar: "sc-json-scalar",
};
const OPENING: Record<Kind, string> = { object: "{", array: "[", key: '"', string: '"', scalar: "" };
const CLOSING: Record<Kind, string> = { ...OPENING, object: "}", array: "]" };

/** Text is read in pieces of so many characters, so that the limit holds within one long push as well. */
const PIECE = 1024;

/** Shows JSON text in `element`. */
export function jsonSink(element: HTMLElement): TextSink {
  let tree = new Tree(element);
  let reader = new PartialJson(tree);
  return {
    push(text) {
      for (let at = 0; at < text.length; at += PIECE) {
        const piece = text.slice(at, at + PIECE);
        if (tree.values < MAX_VALUES) reader.push(piece);
        else tree.bad(piece);
      }
    },
    clear() {
      element.replaceChildren();
      tree = new Tree(element);
      reader = new PartialJson(tree);
    },
  };
}

interface Level {
  kind: Kind;
  /** What `begin` added, to be closed by `end`. */
  node: HTMLElement;
  /** Of an object or array: where its entries go. */
  entries: HTMLElement | null;
}

class Tree implements JsonSink {
  values = 0;
  #root: HTMLElement;
  #levels: Level[] = [];
  #rest: HTMLElement | null = null;
  // An object's entry that has its key and waits for its value.
  #entry: HTMLElement | null = null;

  constructor(root: HTMLElement) {
    this.#root = root;
  }

  begin(kind: Kind): void {
    this.values++;
    const entries = kind === "object" || kind === "array" ? el("span", "sc-json-entries") : null;
    const node = el("span", CLASSES[kind], OPENING[kind], ...(entries ? [entries] : []));
    if (entries) this.#levels.at(-1)?.entries?.classList.add("sc-json-deep");
    this.#place(kind).append(node);
    this.#levels.push({ kind, node, entries });
  }

  chars(text: string): void {
    appendText(this.#at(), text);
  }

  escape(raw: string, value: string): void {
    // A letter written as an escape is easier to read as itself, and JSON all the same.
    if (raw[1] === "u" && /^[\p{L}\p{N}\p{P}\p{S}]$/u.test(value) && value !== '"' && value !== "\\") {
      return this.chars(value);
    }
    this.#at().append(el("span", "sc-json-escape", raw));
    if (value === "\n") this.#at().append(el("br"));
  }

  end(): void {
    const level = this.#levels.pop();
    if (!level) return;
    level.node.append(CLOSING[level.kind]);
    if (level.kind !== "key" && this.#levels.at(-1)?.kind === "object") this.#entry = null;
  }

  mark(character: string): void {
    this.#levels.at(-1)?.entries?.lastElementChild?.append(`${character} `);
  }

  bad(text: string): void {
    this.#rest ??= this.#at().appendChild(el("span", "sc-json-bad"));
    appendText(this.#rest, text);
  }

  /** Where a value or key of this kind goes. */
  #place(kind: Kind): HTMLElement {
    const level = this.#levels.at(-1);
    if (!level?.entries) return this.#root;
    if (this.#entry && kind !== "key" && level.kind === "object") return this.#entry;
    const entry = level.entries.appendChild(el("span", "sc-json-entry"));
    if (kind === "key") this.#entry = entry;
    return entry;
  }

  #at(): HTMLElement {
    return this.#levels.at(-1)?.node ?? this.#root;
  }
}
