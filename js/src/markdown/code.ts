/** A block of code: boxes of lines, the language's name, a button that copies. */
import { Boxes } from "./boxes.js";
import type { Code } from "./nodes.js";
import { setText } from "./patch.js";
import { keepSelectedText } from "./selection.js";

/** What colours code; see `highlight/`. */
export type Highlighter = Pick<typeof import("./highlight/index.js"), "grammarOf" | "tokenize">;
type Grammar = NonNullable<ReturnType<Highlighter["grammarOf"]>>;
type State = ReturnType<Highlighter["tokenize"]>["state"];

/** Lines of a box, and boxes of a group. */
const CHUNK = 32;
const CHUNKS = 16;
/** What may stand as the language's name: the first word of the info string, if it is a name at all. */
const LANGUAGE = /^[ \t]*([A-Za-z][A-Za-z0-9+#._-]{0,19})(?![^\s,{:])/;
const SAID_MS = 1500;
/** Characters coloured at once; the others when there is time. */
const AT_ONCE = 8192;

/** Lines in a box. Those that have their colours are cut off from its text. */
interface Chunk {
  readonly el: HTMLElement;
  /** The rest: plain, growing. */
  text: Text;
  /** What `text` holds. */
  data: string;
  /** Characters before `text`. */
  cut: number;
  /** Where in `text` the first line without colours begins. */
  next: number;
}

export class CodeBlock {
  readonly el: HTMLElement;
  private readonly boxes: Boxes;
  private readonly head: HTMLElement;
  private readonly label: HTMLElement;
  private readonly lines: string[] = [];
  private readonly chunks: Chunk[] = [];
  private language = "";
  private grammar: { grammar: Grammar; tokenize: Highlighter["tokenize"] } | null = null;
  private state: State = null;
  private coloured = 0;
  private isOpen = true;
  private isGone = false;
  private later: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly document: Document,
    private readonly highlighter: (() => Promise<Highlighter>) | null,
    private readonly reveal: (text: string) => string,
  ) {
    this.el = document.createElement("pre");
    this.head = this.el.appendChild(document.createElement("span"));
    this.head.className = "sc-code-head sc-unnamed";
    this.head.setAttribute("data-sc-ui", "");
    // In command mode JupyterLab takes Enter for itself
    this.head.setAttribute("data-lm-suppress-shortcuts", "true");
    this.label = this.head.appendChild(document.createElement("span"));
    this.head.append(this.copyButton());
    this.boxes = new Boxes(this.el.appendChild(document.createElement("code")), CHUNKS, () => CHUNK * 1.5);
  }

  /** Shows the lines; only those at the end may have changed. `isOpen`: the last one may still change. */
  show(code: Code, isOpen: boolean): void {
    const { lines } = this;
    this.isOpen = isOpen;
    // Before the first line has come, the name may still be half of one
    if (code.lines.length > 0 || !isOpen) this.name(LANGUAGE.exec(code.info)?.[1] ?? "");
    let same = Math.min(lines.length, code.lines.length);
    while (same > 0 && lines[same - 1] !== code.lines[same - 1]) same--;
    if (same < lines.length || same < code.lines.length) {
      if (same < this.coloured) this.clear();
      lines.length = same;
      for (let i = same; i < code.lines.length; i++) lines.push(code.lines[i] ?? "");
      const first = Math.floor(Math.max(0, same - 1) / CHUNK);
      for (let chunk = first; chunk * CHUNK < lines.length; chunk++) this.write(chunk);
      for (const { el } of this.chunks.splice(Math.ceil(lines.length / CHUNK))) el.remove();
      this.boxes.trim(this.chunks.length);
    }
    this.colour();
  }

  /** It is shown no longer. */
  forget(): void {
    if (this.later) clearTimeout(this.later);
    this.isGone = true;
  }

  private name(language: string): void {
    if (this.language === language) return;
    this.language = language;
    this.label.textContent = language;
    this.head.classList.toggle("sc-unnamed", language === "");
    this.grammar = null;
    this.clear();
    if (language === "") return;
    this.highlighter?.().then(
      ({ grammarOf, tokenize }) => {
        const grammar = !this.isGone && this.language === language ? grammarOf(language) : null;
        this.grammar = grammar && { grammar, tokenize };
        this.colour();
      },
      () => {}, // without colours it is code all the same
    );
  }

  /** Takes all colours off. */
  private clear(): void {
    this.coloured = 0;
    this.state = null;
    for (const chunk of this.chunks.filter(({ cut }) => cut > 0)) {
      const data = chunk.el.textContent ?? "";
      const text = this.document.createTextNode(data);
      chunk.el.replaceChildren(text);
      Object.assign(chunk, { text, data, cut: 0, next: 0 });
    }
    for (const chunk of this.chunks) chunk.next = 0;
  }

  private colour(): void {
    if (!this.grammar || this.later) return;
    const limit = this.isOpen ? this.lines.length - 1 : this.lines.length;
    if (this.coloured >= limit) return;
    const reselect = keepSelectedText(this.el);
    for (let taken = 0; this.coloured < limit && taken < AT_ONCE; this.coloured++) {
      taken += 1 + (this.lines[this.coloured]?.length ?? 0);
      this.colourLine(this.coloured, this.grammar);
    }
    reselect();
    if (this.coloured === limit) return;
    this.later = setTimeout(() => {
      this.later = null;
      this.colour();
    });
  }

  private colourLine(i: number, { grammar, tokenize }: NonNullable<CodeBlock["grammar"]>): void {
    const chunk = this.chunks[Math.floor(i / CHUNK)];
    if (!chunk) return;
    const line = this.reveal(this.lines[i] ?? "");
    const { tokens, state } = tokenize(grammar, line, this.state);
    this.state = state;
    const begin = chunk.next;
    let taken = 0;
    for (const { start, end, kind } of tokens) {
      const own = chunk.text.splitText(begin + start - taken);
      chunk.text = own.splitText(end - start);
      const span = this.document.createElement("span");
      span.className = `sc-t-${kind}`;
      own.replaceWith(span);
      span.append(own);
      taken = begin + end;
    }
    chunk.data = chunk.data.slice(taken);
    chunk.cut += taken;
    chunk.next = begin + line.length + 1 - taken;
  }

  private write(index: number): void {
    const end = (index + 1) * CHUNK;
    let data = this.reveal(this.lines.slice(index * CHUNK, end).join("\n"));
    if (this.lines.length > end) data += "\n";
    const old = this.chunks[index];
    if (old) {
      const rest = data.slice(old.cut);
      setText(old.text, old.data, rest);
      old.data = rest;
      return;
    }
    const text = this.document.createTextNode(data);
    const el = this.document.createElement("span");
    el.className = "sc-lines";
    el.append(text);
    this.boxes.insert(index, el, this.chunks.at(-1)?.el);
    this.chunks.push({ el, text, data, cut: 0, next: 0 });
  }

  /** Copies the true text, hidden characters too. */
  private copyButton(): HTMLElement {
    const button = this.document.createElement("button");
    button.type = "button";
    button.className = "sc-code-copy";
    const name = (word: string, label: string): void => {
      button.textContent = word;
      button.setAttribute("aria-label", label);
    };
    name("Copy", "Copy code");
    const say = (word: string): void => {
      name(word, word);
      setTimeout(() => name("Copy", "Copy code"), SAID_MS);
    };
    button.addEventListener("click", () => {
      const text = `${this.lines.join("\n")}\n`;
      navigator.clipboard.writeText(text).then(
        () => say("Copied"),
        () => say("Not allowed"),
      );
    });
    button.hidden = !navigator.clipboard;
    return button;
  }
}
