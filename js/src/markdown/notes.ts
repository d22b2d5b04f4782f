/** A markdown-it plug-in: `[^label]` and `^[text]`, read as markdown-it-footnote reads them; numbers are given elsewhere. */
import type MarkdownIt from "markdown-it";
import type { StateInline, Token } from "markdown-it";

/** A footnote that a piece of text asks for: by its label, or with its own text. */
export type NoteUse =
  | { readonly label: string; count: number; readonly text?: never }
  | { readonly label?: never; readonly count?: never; readonly text: Token };

/** In the parser's environment. */
export interface NoteEnv {
  /** Known labels behind a colon; the place in `list`, or -1 where there is none yet. */
  refs: Record<string, number>;
  /** In the order of their first use; `meta.id` of a `footnote_ref` token points here. */
  list: NoteUse[];
}

const REF = /\[\^([^ \n\]]+)\]/y;

export function notes(md: InstanceType<typeof MarkdownIt>): void {
  md.inline.ruler.after("image", "footnote_inline", ownText);
  md.inline.ruler.after("footnote_inline", "footnote_ref", byLabel);
}

function ownText(state: StateInline, silent: boolean): boolean {
  const { src, pos, posMax, md, env } = state;
  if (pos + 2 >= posMax || src.charCodeAt(pos) !== 94 || src.charCodeAt(pos + 1) !== 91) return false;
  const end = md.helpers.parseLinkLabel(state, pos + 1);
  if (end < 0) return false;
  if (!silent) {
    const { list } = env.footnotes as NoteEnv;
    const id = list.length;
    const text = new state.Token("inline", "", 0);
    text.content = src.slice(pos + 2, end);
    text.children = [];
    // Before what it holds, which has numbers of its own: else, as in markdown-it-footnote, its first note would be lost
    list[id] = { text };
    md.inline.parse(text.content, md, env, text.children);
    state.push("footnote_ref", "", 0).meta = { id };
  }
  state.pos = end + 1;
  state.posMax = posMax;
  return true;
}

function byLabel(state: StateInline, silent: boolean): boolean {
  REF.lastIndex = state.pos;
  const label = REF.exec(state.src)?.[1];
  if (label === undefined || REF.lastIndex > state.posMax) return false;
  const end = REF.lastIndex;
  const { refs, list } = state.env.footnotes as NoteEnv;
  const known = refs[`:${label}`];
  if (known === undefined) return false;
  if (!silent) {
    const id = known < 0 ? list.length : known;
    if (known < 0) list.push({ label, count: 0 });
    refs[`:${label}`] = id;
    const use = list[id];
    const subId = use?.count ?? 0;
    if (use?.label !== undefined) use.count++;
    state.push("footnote_ref", "", 0).meta = { id, subId, label };
  }
  state.pos = end;
  return true;
}
