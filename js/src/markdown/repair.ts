/**
 * A markdown-it plug-in for text that still grows: shows unfinished emphasis, code and links as they will most likely be.
 *
 * It works on the parser's own state and only where `env.open` is set; no text is added or taken away before parsing.
 */
import type MarkdownIt from "markdown-it";
import type { StateInline, Token } from "markdown-it";

/** Farther from its opener than this, the other half is not expected any more. */
const REACH = 400;
const BACKTICK = 96;
const OPEN_LINK = /^(!?)\[([^[\]\n]*)(?:\](?:\([^()\n]*))?$/;

export function repair(md: InstanceType<typeof MarkdownIt>): void {
  md.inline.ruler.before("backticks", "open_code", openCode);
  md.inline.ruler.after("image", "open_link", openLink);
  md.inline.ruler2.before("balance_pairs", "open_end", dropEnd);
  md.inline.ruler2.after("balance_pairs", "open_pairs", closePairs);
  md.core.ruler.after("linkify", "open_address", (state) => {
    if (state.env.open) holdAddress(state.tokens[0]?.children ?? []);
  });
}

/** Whether the rule stands in the outermost text, and at the end of it something may still come. */
function isOpen(state: StateInline, silent: boolean): boolean {
  return Boolean(state.env.open) && !silent && state.posMax === state.src.length;
}

function openCode(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src.charCodeAt(pos) !== BACKTICK || !isOpen(state, silent)) return false;
  const marks = /^`+/.exec(src.slice(pos))?.[0] ?? "";
  const rest = src.slice(pos + marks.length);
  if (rest.length > REACH || rest.split(/(?<!`)(?=`)|(?<=`)(?!`)/).includes(marks)) return false;
  const content = rest.replace(/`+$/, "").replace(/\n/g, " ");
  if (content.trim()) {
    const token = state.push("code_inline", "code", 0);
    token.markup = marks;
    token.content = content.startsWith(" ") ? content.slice(1) : content;
  }
  state.pos = state.posMax;
  return true;
}

function openLink(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const code = src.charCodeAt(pos);
  if ((code !== 91 && code !== 33) || state.linkLevel > 0 || !isOpen(state, silent)) return false;
  const [whole, image = "", label = ""] = OPEN_LINK.exec(src.slice(pos)) ?? [];
  if (whole === undefined || whole.length > REACH || whole.endsWith("]") || /^\^/.test(label)) return false;
  // It may become a checkbox
  if (pos === 0 && whole.length <= 2 + image.length && !image) return false;
  if (!whole.includes("](")) {
    // Nothing but its bracket is held back: what comes may also be no link
    state.pos = pos + image.length + 1;
    return true;
  }
  state.push("link_open", "a", 1).markup = "open";
  state.pos = pos + image.length + 1;
  state.posMax = state.pos + label.length;
  state.linkLevel++;
  state.md.inline.tokenize(state);
  state.linkLevel--;
  state.push("link_close", "a", -1);
  state.pos = posMax;
  state.posMax = posMax;
  return true;
}

/** Delimiters at the very end may open or close; until that is known they are not shown. */
function dropEnd(state: StateInline): void {
  if (!state.env.open) return;
  const { tokens, delimiters } = state;
  for (let at = tokens.length - 1; delimiters.at(-1)?.token === at; at--) {
    delimiters.pop();
    const token = tokens[at];
    if (token) token.content = "";
  }
}

function closePairs(state: StateInline): void {
  if (!state.env.open) return;
  const { delimiters } = state;
  const near = firstNear(state.tokens);
  // How far the pairs reach that begin before a delimiter: inside of one nothing can be closed behind it
  let reach = -1;
  const reaches = delimiters.map(({ end }) => {
    const before = reach;
    reach = Math.max(reach, end);
    return before;
  });
  for (let i = delimiters.length - 1; i >= 0; i--) {
    const opener = delimiters[i];
    if (!opener || opener.token < near) return;
    if (!opener.open || opener.end !== -1 || (reaches[i] ?? -1) > i) continue;
    opener.end = delimiters.length;
    opener.close = false;
    const token = state.push("text", "", 0);
    token.content = state.tokens[opener.token]?.content ?? "";
    delimiters.push({ ...opener, token: state.tokens.length - 1, end: -1, open: false, close: true });
  }
}

/** Index of the first token from which the end is within reach. */
function firstNear(tokens: readonly Token[]): number {
  let length = 0;
  let at = tokens.length;
  while (at > 0 && length <= REACH) length += tokens[--at]?.content.length ?? 0;
  return at;
}

/** An address at the end may go on: it has no target yet. */
function holdAddress(tokens: readonly Token[]): void {
  if (tokens.at(-1)?.markup !== "linkify") return;
  const opener = tokens.findLast((token) => token.type === "link_open");
  if (opener) opener.attrs = null;
}
