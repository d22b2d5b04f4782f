/** Text that grows: painting costs the new part. Two kinds: shown as it is, and as markdown. */
import { create, type Markdown, type MarkdownOptions } from "../markdown/index.js";
import type { Tails } from "../store.js";
import type { Path } from "../wire.gen.js";
import { appendText } from "./dom.js";
import type { Load } from "./view.js";

/** Something that text can be added to, and that can be emptied. */
export interface TextSink {
  push(text: string): void;
  clear(): void;
}

/** Keeps a sink in step with a string of the snapshot. */
export class Growing {
  #sink: TextSink;
  #shown = "";

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** Shows `text`, which stands at `path`. Only what is new is pushed, unless the text's beginning changed. */
  update(text: string, path: Path, tails: Tails): void {
    const added = growth(this.#shown, text, tails.of(path));
    this.#shown = text;
    if (added === "") return;
    if (added !== null) return this.#sink.push(added);
    this.#sink.clear();
    if (text !== "") this.#sink.push(text);
  }
}

/** What has to be added to `shown` to get `text`; null if it begins otherwise. `tail`: what is known to be new. */
function growth(shown: string, text: string, tail: string | undefined): string | null {
  // The lengths tell whether the view had seen all up to the tail; comparing all of the text would cost its length.
  if (tail !== undefined && shown.length + tail.length === text.length) return tail;
  return text.startsWith(shown) ? text.slice(shown.length) : null;
}

/** Shows text as it is. */
export function plainSink(element: HTMLElement): TextSink {
  return { push: (text) => appendText(element, text), clear: () => element.replaceChildren() };
}

/** Shows a unified diff, or one of its kind: each line by its first character. */
export function diffSink(element: HTMLElement): TextSink {
  const kinds: Record<string, string> = { "+": "sc-diff-add", "-": "sc-diff-del", "@": "sc-diff-at" };
  let line: HTMLElement | null = null;
  const addLine = (text: string) => {
    if (text === "") return;
    if (!line) {
      line = document.createElement("span");
      line.className = kinds[text[0] as string] ?? "sc-diff-same";
      element.append(line);
    }
    appendText(line, text);
    if (text.endsWith("\n")) line = null;
  };
  return {
    push: (text) => text.split(/(?<=\n)/).forEach(addLine),
    clear: () => {
      line = null;
      element.replaceChildren();
    },
  };
}

/** Markdown in an element. Appending never makes a new instance. */
export class MarkdownText {
  #element: HTMLElement;
  #markdown: Markdown | null = null;
  #shown = "";
  #options: MarkdownOptions | undefined;
  #isEnded = false;
  // Text came after the end. From then on only an update without new text ends it.
  #isLate = false;
  #growing = this.#grow();

  constructor(element: HTMLElement) {
    this.#element = element;
  }

  update(text: string, path: Path, { tails, load }: { tails: Tails; load: Load }, isFinal: boolean): void {
    this.#options ??= { highlighter: () => load("highlight"), maths: () => load("maths") };
    // Some servers add text after its end; an ended instance takes no more, so that starts over.
    const isNew = text !== this.#shown;
    if (this.#isEnded && isNew) {
      this.destroy();
      this.#growing = this.#grow();
      this.#isLate = true;
    }
    this.#shown = text;
    this.#growing.update(text, path, tails);
    if (!isFinal || this.#isEnded || (this.#isLate && isNew)) return;
    this.#markdown?.end();
    this.#isEnded = true;
  }

  destroy(): void {
    this.#markdown?.destroy();
    this.#markdown = null;
    this.#isEnded = false;
  }

  #grow(): Growing {
    const push = (text: string) => {
      try {
        this.#markdown ??= create(this.#element, this.#options);
        this.#markdown.push(text);
      } catch (error) {
        console.error("streamcell: markdown could not be rendered; the text is shown as it is", error);
        this.#markdown = asPlain(this.#element, this.#shown);
      }
    };
    return new Growing({ push, clear: () => this.destroy() });
  }
}

/** In place of a renderer that failed: `text`, and all that comes after it, as plain text. Nothing of it is lost. */
function asPlain(element: HTMLElement, text: string): Markdown {
  const plain = document.createElement("div");
  plain.className = "sc-markdown sc-plain";
  plain.textContent = text;
  element.replaceChildren(plain);
  return { push: (more) => appendText(plain, more), end: () => undefined, destroy: () => plain.remove() };
}
