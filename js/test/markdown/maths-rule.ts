/** The maths rules as a plug-in of markdown-it, all lines at hand: what the line machine is compared with. */
import type MarkdownIt from "markdown-it";
import type { StateBlock } from "markdown-it";
import { formulas } from "../../src/markdown/formula.js";

const FENCE = /^(?:`{3,}[^`]*$|~{3})/;

export function maths(md: InstanceType<typeof MarkdownIt>): void {
  md.use(formulas);
  md.block.ruler.before("fence", "maths", block, { alt: ["paragraph", "reference", "blockquote", "list"] });
  md.renderer.rules.maths = (tokens, i) => {
    const { content, block: isDisplay } = tokens[i] ?? { content: "", block: false };
    const source = `<span class="sc-tex">${md.utils.escapeHtml(content)}</span>`;
    return `<span class="sc-maths${isDisplay ? " sc-display" : ""}">${source}</span>`;
  };
}

const lineOf = (state: StateBlock, i: number): string =>
  state.src.slice((state.bMarks[i] ?? 0) + (state.tShift[i] ?? 0), state.eMarks[i]);
const depth = (state: StateBlock, i: number): number => (state.sCount[i] ?? 0) - state.blkIndent;

function block(state: StateBlock, start: number, end: number, silent: boolean): boolean {
  const line = lineOf(state, start);
  const opener = depth(state, start) < 4 && /^(?:\$\$(?!\$)|\\\[)/.exec(line)?.[0];
  if (!opener) return false;
  const closer = opener === "$$" ? /(?<!\\)\$\$(.*)/ : /(?<!\\)\\\](.*)/;
  const rest = closer.exec(line.slice(2))?.[1];
  if (rest && /[^ \t]/.test(rest)) return false;
  if (silent) return true;
  let next = start + 1;
  while (rest === undefined && next < end) {
    if (state.isEmpty(next) || depth(state, next) < 0) break;
    if (depth(state, next) < 4 && FENCE.test(lineOf(state, next))) break;
    const behind = closer.exec(lineOf(state, next))?.[1];
    next++;
    if (behind === undefined) continue;
    if (/[^ \t]/.test(behind)) next = paragraph(state, next, end);
    break;
  }
  state.line = next;
  state.push("paragraph_open", "p", 1).map = [start, next];
  const token = state.push("inline", "", 0);
  token.content = state.getLines(start, next, state.blkIndent, false).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  token.map = [start, next];
  token.children = [];
  state.push("paragraph_close", "p", -1);
  return true;
}

/** As in markdown-it's own rule. */
function paragraph(state: StateBlock, start: number, end: number): number {
  const rules = state.md.block.ruler.getRules("paragraph");
  const { parentType } = state;
  state.parentType = "paragraph";
  let line = start;
  for (; line < end && !state.isEmpty(line); line++) {
    if (depth(state, line) > 3 || (state.sCount[line] ?? 0) < 0) continue;
    if (rules.some((rule) => rule(state, line, end, true))) break;
  }
  state.parentType = parentType;
  return line;
}
