/** The reference: markdown-it with public plug-ins, all text at once. */
import MarkdownIt from "markdown-it";
import footnotes from "markdown-it-footnote";
// @ts-expect-error: the package brings no types
import tasks from "markdown-it-task-lists";
import { autolinks } from "../../src/markdown/autolinks.js";
import { maths } from "./maths-rule.js";
import { normal } from "./normal.js";

const bare = () => new MarkdownIt({ html: false, linkify: true }).use(autolinks).use(footnotes).use(tasks);
const md = bare();
const withMaths = bare().use(maths);

/** Keeps footnotes where they are defined, to compare blocks alone. */
export const blocks = new MarkdownIt({ html: false }).use(footnotes);
blocks.core.ruler.disable(["footnote_tail", "inline", "text_join"]);

/** The text rendered at once; `isMaths`: with our own rules for formulas. */
export function batch(text: string, isMaths = false): string {
  const box = document.createElement("div");
  box.innerHTML = (isMaths ? withMaths : md).render(text);
  return normal(box);
}
