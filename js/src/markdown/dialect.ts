/** The dialect: markdown-it without raw HTML, with footnotes and task lists. It knows neither DOM nor streaming. */
import MarkdownIt, { type Token } from "markdown-it";
import { autolinks } from "./autolinks.js";
import { isHostile } from "./caps.js";
import { formulas } from "./formula.js";
import { type NoteEnv, type NoteUse, notes } from "./notes.js";
import { repair } from "./repair.js";
import { smallTags } from "./tags.js";

/** The parser whose helpers the block machine shares. It keeps no state between calls. */
export const markdown = new MarkdownIt({ html: false, linkify: true });

/** What a link or footnote label stands for while one piece of text is parsed. */
export interface Names {
  references: Record<string, { href: string; title: string }>;
  notes: Record<string, number>;
}

export interface Inline {
  readonly tokens: Token[];
  /** In the order of their first use; `meta.id` of a `footnote_ref` token points here. */
  readonly notes: readonly NoteUse[];
}

/** How a piece of text is to be read. */
export interface Reading {
  /** `[ ]` at its start makes a checkbox. */
  readonly task: boolean;
  /** It may go on: what is unfinished at its end is repaired. */
  readonly open: boolean;
}

export type InlineParser = (content: string, names: Names, reading: Reading) => Inline;

export interface DialectOptions {
  /** Bare addresses become links. */
  linkify: boolean;
  /** `[^label]` is a footnote. */
  notes: boolean;
  /** `<br>`, `<sub>` and the like are understood. */
  tags: boolean;
  /** Formulas are understood. */
  maths?: boolean;
}

const TASK = /^\[[ xX]\] /;

/** A parser of inline text. It keeps no state between calls. */
export function inlineParser(options: DialectOptions): InlineParser {
  const md = new MarkdownIt({ html: false, linkify: options.linkify });
  if (options.linkify) md.use(autolinks);
  if (options.notes) md.use(notes);
  if (options.tags) md.use(smallTags);
  if (options.maths) md.use(formulas);
  md.use(repair);
  md.core.ruler.disable(["normalize", "block", "strip_references"]);
  md.core.ruler.after("inline", "loose_ends", (state) => {
    const first = state.tokens[0];
    if (first?.meta) checkbox(first);
    const { list } = state.env.footnotes as NoteEnv;
    for (const { text } of list) if (text) state.tokens.push(text);
  });
  return (content, names, { task, open }) => {
    if (isHostile(content)) return { tokens: [textToken(content)], notes: [] };
    const footnotes: NoteEnv = { refs: names.notes, list: [] };
    const env = { references: names.references, footnotes, open };
    const state = new md.core.State("", md, env);
    const token = inlineToken(content, []);
    token.meta = task && TASK.test(content) ? {} : null;
    state.tokens = [token];
    md.core.process(state);
    return { tokens: token.children ?? [], notes: footnotes.list };
  };
}

function inlineToken(content: string, children: Token[]): Token {
  const token = new TokenOf("inline", "", 0);
  token.content = content;
  token.children = children;
  return token;
}

function textToken(content: string): Token {
  const token = new TokenOf("text", "", 0);
  token.content = content;
  return token;
}

/** Makes `[ ] ` at the start of a list item a checkbox, as markdown-it-task-lists does. */
function checkbox(token: Token): void {
  const box = new TokenOf("task", "", 0);
  box.content = token.content.charAt(1).trim();
  const first = token.children?.[0];
  if (first) first.content = first.content.slice(3);
  token.content = token.content.slice(3);
  token.children?.unshift(box);
}

const TokenOf = new markdown.core.State("", markdown, {}).Token;
