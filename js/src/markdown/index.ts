/** Markdown into a container while its text arrives. It knows neither the wire nor the views. */
import { markdown } from "./dialect.js";
import { render } from "./render.js";

export interface Markdown {
  /** Adds text. After it the container shows all text so far. */
  push(text: string): void;
  /** No more text comes. */
  end(): void;
  /** Empties the container; the instance is of no use afterwards. */
  destroy(): void;
}

export interface MarkdownOptions {
  /** Of the element that holds the text, beside our own class. */
  className?: string;
}

/** Shows markdown in `container`, which should be empty and is the instance's own until `destroy`. */
export function create(container: HTMLElement, options: MarkdownOptions = {}): Markdown {
  let source = "";
  const root = container.ownerDocument.createElement("div");
  root.className = ["sc-markdown", options.className ?? ""].join(" ").trim();
  container.append(root);
  return {
    push(text) {
      source += text;
      root.replaceChildren();
      render(root, markdown.parse(source, {}), container.ownerDocument);
    },
    end() {},
    destroy() {
      root.remove();
    },
  };
}
