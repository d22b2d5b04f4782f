/** A block of code: boxes of lines, the language's name, a button that copies. */
import { Boxes } from "./boxes.js";
import { revealed } from "./characters.js";
import type { Code } from "./nodes.js";
import { setText } from "./patch.js";

/** Lines of a box, and boxes of a group. */
const CHUNK = 32;
const CHUNKS = 16;
/** What may stand as the language's name: the first word of the info string, if it is a name at all. */
const LANGUAGE = /^[ \t]*([A-Za-z][A-Za-z0-9+#._-]{0,19})(?![^\s,{:])/;
const SAID_MS = 1500;

export class CodeBlock {
  readonly el: HTMLElement;
  private readonly boxes: Boxes;
  private readonly label: HTMLElement;
  private readonly lines: string[] = [];
  private readonly chunks: { el: HTMLElement; text: Text; data: string }[] = [];

  constructor(private readonly document: Document) {
    this.el = document.createElement("pre");
    const head = this.el.appendChild(document.createElement("span"));
    head.className = "sc-code-head";
    head.setAttribute("data-sc-ui", "");
    this.label = head.appendChild(document.createElement("span"));
    head.append(this.copyButton());
    this.boxes = new Boxes(this.el.appendChild(document.createElement("code")), CHUNKS);
  }

  /** Shows the lines; only those at the end may have changed. */
  show(code: Code): void {
    const { lines } = this;
    const language = LANGUAGE.exec(code.info)?.[1] ?? "";
    if (this.label.textContent !== language) this.label.textContent = language;
    let same = Math.min(lines.length, code.lines.length);
    while (same > 0 && lines[same - 1] !== code.lines[same - 1]) same--;
    if (same === lines.length && same === code.lines.length) return;
    lines.splice(same, lines.length, ...code.lines.slice(same));
    const first = Math.floor(Math.max(0, same - 1) / CHUNK);
    for (let chunk = first; chunk * CHUNK < lines.length; chunk++) this.write(chunk);
    for (const { el } of this.chunks.splice(Math.ceil(lines.length / CHUNK))) el.remove();
    this.boxes.trim(this.chunks.length);
  }

  private write(chunk: number): void {
    const end = (chunk + 1) * CHUNK;
    let data = revealed(this.lines.slice(chunk * CHUNK, end).join("\n"));
    if (this.lines.length > end) data += "\n";
    const old = this.chunks[chunk];
    if (old) {
      setText(old.text, old.data, data);
      old.data = data;
      return;
    }
    const text = this.document.createTextNode(data);
    const el = this.document.createElement("span");
    el.className = "sc-lines";
    el.append(text);
    this.boxes.insert(chunk, el, this.chunks.at(-1)?.el);
    this.chunks.push({ el, text, data });
  }

  /** Copies the true text, hidden characters too. */
  private copyButton(): HTMLElement {
    const button = this.document.createElement("button");
    button.type = "button";
    button.className = "sc-code-copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy code");
    const say = (word: string): void => {
      button.textContent = word;
      setTimeout(() => {
        button.textContent = "Copy";
      }, SAID_MS);
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
