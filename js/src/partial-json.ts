/**
 * A reader of JSON text that is still arriving: each `push` tells a sink what the new characters say, at once.
 *
 * Its cost is linear in the text, however the text is cut: nothing is read twice, and only an unfinished escape is kept
 * back. It builds neither values nor DOM. It never throws: from the first character that cannot be JSON on, the rest is
 * handed over as it is (`bad`).
 */

export type Kind = "object" | "array" | "key" | "string" | "scalar";

/** What the text says, in its order. */
export interface JsonSink {
  /** A value or a key begins; in `scalar`, a number or one of `true`, `false`, `null`. */
  begin(kind: Kind): void;
  /** Characters of the string, key or scalar that is open. */
  chars(text: string): void;
  /** An escape sequence in a string or key: as it is written, and the character that it stands for. */
  escape(raw: string, value: string): void;
  /** What began last and is open has ended. */
  end(): void;
  /** A colon or a comma. */
  mark(character: string): void;
  /** Text that is not JSON, and all that follows it. */
  bad(text: string): void;
}

/** Deeper nesting than this is handed over as text. */
export const MAX_DEPTH = 100;

const SHORT: Record<string, string> = { n: "\n", t: "\t", r: "\r", b: "\b", f: "\f", '"': '"', "\\": "\\", "/": "/" };
const STRING_STOP = /["\\]/g;
const SCALAR_STOP = /[\s,\]}:"[{]/g;
const SPACE = /\s/;
const SCALAR = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;
// A high surrogate waits for its other half, so that both make one character.
const ESCAPE_SO_FAR = /^\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?)?$/;
const ESCAPE = /^\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])/;

/** What may come next between values. */
type Expect = "value" | "valueOrEnd" | "key" | "keyOrEnd" | "colon" | "commaOrEnd" | "nothing";

export class PartialJson {
  #sink: JsonSink;
  #expect: Expect = "value";
  #open: ("object" | "array")[] = [];
  // In which text the reader stands, or null between tokens.
  #inside: "key" | "string" | "scalar" | null = null;
  #escape = "";
  #scalar = "";
  #isBad = false;

  constructor(sink: JsonSink) {
    this.#sink = sink;
  }

  /** True once a whole value was read and nothing but white space came after it. */
  get complete(): boolean {
    const atScalar = this.#inside === "scalar" && this.#open.length === 0 && SCALAR.test(this.#scalar);
    return !this.#isBad && (this.#expect === "nothing" || atScalar);
  }

  push(text: string): void {
    let at = 0;
    while (at < text.length && !this.#isBad) {
      if (this.#escape !== "") at = this.#readEscape(text, at);
      else if (this.#inside === "scalar") at = this.#readScalar(text, at);
      else if (this.#inside !== null) at = this.#readString(text, at);
      else at = this.#readBetween(text, at);
    }
    if (this.#isBad && at < text.length) this.#sink.bad(text.slice(at));
  }

  #readString(text: string, from: number): number {
    const stop = find(STRING_STOP, text, from);
    if (stop > from) this.#sink.chars(text.slice(from, stop));
    if (stop === text.length) return stop;
    if (text[stop] === "\\") this.#escape = "\\";
    else this.#endText();
    return stop + 1;
  }

  /** One character more of an escape; `#escape` holds what came of it before. */
  #readEscape(text: string, from: number): number {
    const longer = this.#escape + text[from];
    if (ESCAPE_SO_FAR.test(longer)) {
      this.#escape = longer;
      return from + 1;
    }
    // The longer one either is an escape, or the shorter one was (a high surrogate alone), and the character is not its.
    const raw = ESCAPE.exec(longer)?.[0];
    if (raw === undefined) return this.#fail(this.#escape, from);
    this.#sink.escape(raw, meaningOf(raw));
    this.#escape = raw === longer ? "" : longer.slice(raw.length, -1);
    return raw === longer ? from + 1 : from;
  }

  #readScalar(text: string, from: number): number {
    const stop = find(SCALAR_STOP, text, from);
    this.#scalar += text.slice(from, stop);
    if (stop > from) this.#sink.chars(text.slice(from, stop));
    if (stop === text.length) return stop;
    if (!SCALAR.test(this.#scalar)) return this.#fail("", stop);
    this.#endText();
    return stop;
  }

  #readBetween(text: string, at: number): number {
    const char = text[at] as string;
    if (SPACE.test(char)) return at + 1;
    if (this.#punctuation(char)) return at + 1;
    const wantsKey = this.#expect === "key" || this.#expect === "keyOrEnd";
    if (wantsKey && char === '"') return this.#beginText("key", at + 1);
    if (this.#expect !== "value" && this.#expect !== "valueOrEnd") return this.#fail("", at);
    if (char === '"') return this.#beginText("string", at + 1);
    if (char === "{" || char === "[") return this.#beginContainer(char === "{" ? "object" : "array", at);
    return /[-\w]/.test(char) ? this.#beginText("scalar", at) : this.#fail("", at);
  }

  /** Reads a colon, a comma or a closing bracket where one may stand. */
  #punctuation(char: string): boolean {
    const inside = this.#open.at(-1);
    const mayEnd = this.#expect === "commaOrEnd" || this.#expect === "keyOrEnd" || this.#expect === "valueOrEnd";
    if (char === ":" && this.#expect === "colon") this.#mark(char, "value");
    else if (char === "," && this.#expect === "commaOrEnd") this.#mark(char, inside === "object" ? "key" : "value");
    else if (mayEnd && ((char === "}" && inside === "object") || (char === "]" && inside === "array"))) {
      this.#open.pop();
      this.#sink.end();
      this.#afterValue();
    } else return false;
    return true;
  }

  #mark(char: string, next: Expect): void {
    this.#expect = next;
    this.#sink.mark(char);
  }

  #beginText(kind: "key" | "string" | "scalar", next: number): number {
    this.#inside = kind;
    this.#scalar = "";
    this.#sink.begin(kind);
    return next;
  }

  #beginContainer(kind: "object" | "array", at: number): number {
    if (this.#open.length >= MAX_DEPTH) return this.#fail("", at);
    this.#open.push(kind);
    this.#sink.begin(kind);
    this.#expect = kind === "object" ? "keyOrEnd" : "valueOrEnd";
    return at + 1;
  }

  #endText(): void {
    const wasKey = this.#inside === "key";
    this.#inside = null;
    this.#sink.end();
    if (wasKey) this.#expect = "colon";
    else this.#afterValue();
  }

  #afterValue(): void {
    this.#expect = this.#open.length === 0 ? "nothing" : "commaOrEnd";
  }

  #fail(kept: string, at: number): number {
    this.#isBad = true;
    if (kept !== "") this.#sink.bad(kept);
    return at;
  }
}

function find(stop: RegExp, text: string, from: number): number {
  stop.lastIndex = from;
  return stop.exec(text)?.index ?? text.length;
}

function meaningOf(raw: string): string {
  if (raw[1] !== "u") return SHORT[raw[1] as string] as string;
  return raw.replace(/\\u(.{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
