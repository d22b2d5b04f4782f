// What ../shared/check/xss_check.mjs throws payloads at: the page's own markdown, as it ships.
import { create } from "../../js/src/markdown/index.js";

export function mount(el: HTMLElement): { feed(text: string): void; end(): void } {
  const markdown = create(el);
  return { feed: (text) => markdown.push(text), end: () => markdown.end() };
}
