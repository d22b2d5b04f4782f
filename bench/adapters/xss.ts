// What ../shared/check/xss_check.mjs throws payloads at: the page's own markdown, as it ships, and what draws its formulas.
import { create } from "../../js/src/markdown/index.js";
import * as katex from "../../js/src/markdown/maths/index.js";

export function mount(el: HTMLElement): { feed(text: string): void; end(): void } {
  const markdown = create(el, { maths: async () => katex });
  return { feed: (text) => markdown.push(text), end: () => markdown.end() };
}
