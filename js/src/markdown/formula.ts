/**
 * Where maths stands in markdown. Pure; `fallback/formulas.py` holds the same rules and says them in words, and
 * tests/vectors/markdown/maths.json holds both to them.
 */
import type MarkdownIt from "markdown-it";
import type { StateInline } from "markdown-it";

/** What ends a formula's block. */
export type Closer = "$$" | "\\]";

const OPENER = /\$\$(?!\$)|\\\[/y;
const CLOSERS = { $$: /(?<!\\)\$\$/g, "\\]": /(?<!\\)\\\]/g };

/** The block that begins at `at`: by what it ends, "" where it is over on its line, null where there is none. */
export function begins(text: string, at: number): Closer | "" | null {
  OPENER.lastIndex = at;
  const opener = OPENER.exec(text)?.[0];
  if (!opener) return null;
  const closer = opener === "$$" ? opener : "\\]";
  const rest = closes(text, at + 2, closer);
  return rest === null ? closer : rest ? null : "";
}

/** Whether text stands behind the first closer; null where there is no closer. */
export function closes(text: string, from: number, closer: Closer): boolean | null {
  const pattern = CLOSERS[closer];
  pattern.lastIndex = from;
  return pattern.test(text) ? /[^ \t]/.test(text.slice(pattern.lastIndex)) : null;
}

// No two parts of one of these can take the same character, so each looks at a character once
const DOLLAR = /\$(?![ \t\n$])([^\\$`]*(?:\\[^`][^\\$`]*)*)(?<![ \t\n])\$(?![$A-Za-z0-9{])/y;
const DOLLARS = /\$\$(?!\$)([^\\$`]*(?:(?:\\[^`]|\$(?!\$))[^\\$`]*)*)\$\$(?![$A-Za-z0-9{])/y;
const PARENTHESES = /\\\(([^\\`]*(?:\\[^()`][^\\`]*)*)\\\)/y;
const BRACKETS = /\\\[([^\\`]*(?:\\[^[\]`][^\\`]*)*)\\\]/y;
const BEFORE = /[A-Za-z0-9\\$]/;
const OPEN = /\\[([][^`]*$|\$(?:\$|(?![ \t\n$]))[^$`]*$/y;
/** Farther from its opener than this, the other half is not expected any more. */
const REACH = 400;

const SIGN = /\\(?!\$)|[\^_{]/;
const OTHER = "\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff";
const WORDS = RegExp(`[A-Za-z${OTHER}]{2}[,.;:]?[ \n]+[A-Za-z${OTHER}]{2}`);
const PRICED = RegExp(
  `^[-+]?\\d.*?(?:[.;!?][ \n]|(?<![A-Za-z0-9])(?:[A-Za-z]{4}|(?:and|for|per|the|day|or|to|of|at|is|in|by)(?![A-Za-z])|[${OTHER}]{2}))`,
  "s",
);
const ODD_EDGE = /^(?:[),;:?!}"'\u2019\u201d]|\*\*|\.(?!\d))|(?<!\\)[({]$/;
const SOMETHING = RegExp(`[A-Za-z0-9\\\\${OTHER}]`);

/** What stands between delimiters is no money, no variable of a shell, no prose, no number of a footnote. */
function isTex(content: string, opener: string, next: string): boolean {
  if (!SIGN.test(content) && (WORDS.test(content) || PRICED.test(content))) return false;
  if (opener === "\\[") return !/^[ \d]*$/.test(content);
  if (opener === "\\(") return true;
  if (ODD_EDGE.test(content) || (content.startsWith("(") && next === "(")) return false;
  return opener === "$" || SOMETHING.test(content);
}

/** A markdown-it plug-in: formulas in a line become tokens `maths` with their whole source; `block`: a display formula. */
export function formulas(md: InstanceType<typeof MarkdownIt>): void {
  md.inline.ruler.before("escape", "maths", read);
}

function read(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const opener = openerAt(src, pos);
  if (!opener) return false;
  const pattern = PATTERNS[opener];
  pattern.lastIndex = pos;
  const content = pattern.exec(src)?.[1];
  const end = content === undefined ? guess(state, silent, opener) : pattern.lastIndex;
  if (!end || end > posMax) return false;
  if (content !== undefined) {
    const isWhole = pos === 0 && end === src.length && opener !== "$" && opener !== "\\(";
    if (!/[^ \t\n]/.test(content) || !(isWhole || isTex(content, opener, src.charAt(end)))) return false;
  }
  if (!silent) {
    const token = state.push("maths", "", 0);
    token.content = src.slice(pos, end);
    token.block = opener === "$$" || opener === "\\[";
  }
  state.pos = end;
  return true;
}

const PATTERNS = { $: DOLLAR, $$: DOLLARS, "\\(": PARENTHESES, "\\[": BRACKETS };

function openerAt(src: string, pos: number): keyof typeof PATTERNS | null {
  const two = src.slice(pos, pos + 2);
  if (two === "\\(" || two === "\\[") return two;
  if (!two.startsWith("$") || BEFORE.test(src.charAt(pos - 1))) return null;
  return two === "$$" ? two : "$";
}

/** The end of the text where it still grows, and a formula has begun whose other half will most likely come; else 0. */
function guess(state: StateInline, silent: boolean, opener: string): number {
  const { src, pos, posMax } = state;
  // A block of its own may be long
  if (!state.env.open || silent || posMax !== src.length || (pos > 0 && posMax - pos > REACH)) return 0;
  OPEN.lastIndex = pos;
  const content = OPEN.exec(src)?.[0].slice(opener.length);
  if (content === undefined) return 0;
  return (opener === "$" ? SIGN.test(content) : isTex(content, opener, "")) ? posMax : 0;
}
