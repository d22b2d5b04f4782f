/** Markdown into a container while its text arrives. It knows neither the wire nor the views. */

import { copyAsWritten } from "./characters.js";
import type { Highlighter } from "./code.js";
import { inlineParser } from "./dialect.js";
import { Engine } from "./engine.js";
import type { Maths } from "./formulas.js";
import { Slices } from "./slices.js";
import { guarded } from "./spans.js";

export type { Highlighter, Maths };

export interface Markdown {
  /** Adds text. After it the container shows all text so far; where there is very much of it, a few frames later. */
  push(text: string): void;
  /** No more text comes. */
  end(): void;
  /** Empties the container; the instance is of no use afterwards. */
  destroy(): void;
}

export interface MarkdownOptions {
  /** Of the element that holds the text, beside our own class. */
  className?: string;
  /** Show unfinished emphasis, code, links and tables as they will most likely be, until `end`. On unless false. */
  repair?: boolean;
  /** Loads `highlight/index.ts`, which is no part of this bundle. Asked when the first code of a named language appears. */
  highlighter?: () => Promise<Highlighter>;
  /**
   * Loads `maths/index.ts`, which is no part of this bundle either, and its style sheet. Asked when the first block that
   * holds a formula has closed. Without it formulas are shown as their source; false: `$` is a character like others.
   */
  maths?: (() => Promise<Maths>) | false;
}

const DIALECT = { linkify: true, notes: true, tags: true };
const parse = inlineParser({ ...DIALECT, maths: true });

/** Shows markdown in `container`, which should be empty and is the instance's own until `destroy`. */
export function create(container: HTMLElement, options: MarkdownOptions = {}): Markdown {
  const { ownerDocument: document } = container;
  const policy = guarded(document.location.origin);
  const { repair = true, highlighter = null, maths = true } = options;
  const engine = new Engine(document, {
    policy,
    parse: maths ? parse : inlineParser(DIALECT),
    repair,
    highlighter,
    maths,
  });
  engine.el.className = ["sc-markdown", options.className ?? ""].join(" ").trim();
  container.append(engine.el);
  const living = new AbortController();
  document.addEventListener("copy", () => copyAsWritten(engine.el), living);
  const slices = new Slices(
    (text) => engine.push(text),
    () => engine.end(),
  );
  return {
    push: (text) => slices.add(text),
    end: () => slices.finish(),
    destroy() {
      living.abort();
      slices.cancel();
      engine.destroy();
    },
  };
}
