/** A markdown-it plug-in: `<br>` and the pairs of `<sub>`, `<sup>`, `<kbd>`, `<mark>`; any other tag stays text. */
import type MarkdownIt from "markdown-it";
import type { StateInline, Token } from "markdown-it";

const TAG = /<(?:br[ \t]*\/?|(\/?)(sub|sup|kbd|mark))>/iy;

export function smallTags(md: InstanceType<typeof MarkdownIt>): void {
  md.inline.ruler.before("autolink", "small_tag", readTag);
  md.core.ruler.push("small_tags", (state) => {
    for (const token of state.tokens) if (token.children) pair(token.children, Boolean(state.env.open));
  });
}

function readTag(state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 60) return false;
  TAG.lastIndex = state.pos;
  const [whole, slash, name] = TAG.exec(state.src) ?? [];
  if (whole === undefined) return false;
  if (!silent && !name) state.push("hardbreak", "br", 0);
  if (!silent && name) {
    const token = state.push("small_tag", name.toLowerCase(), 0);
    token.content = whole;
    token.info = slash ?? "";
  }
  state.pos += whole.length;
  return true;
}

/** Turns tags that enclose whole elements into pairs, the others into text. */
function pair(tokens: Token[], open: boolean): void {
  const stack: Token[] = [];
  for (const token of tokens) {
    if (token.nesting === 1) stack.push(token);
    else if (token.nesting === -1) while (isTag(stack.pop()));
    else if (isTag(token) && !token.info) stack.push(token);
    else if (isTag(token)) {
      const opener = stack.at(-1);
      if (!isTag(opener) || opener?.tag !== token.tag) continue;
      stack.pop();
      opener.nesting = 1;
      token.nesting = -1;
    }
  }
  if (open) closeTags(tokens, stack);
  for (const token of tokens) if (isTag(token) && token.nesting === 0) token.type = "text";
}

const isTag = (token: Token | undefined): boolean => token?.type === "small_tag";

/** The text still grows: its end will come. */
function closeTags(tokens: Token[], stack: readonly Token[]): void {
  for (const opener of [...stack].reverse()) {
    if (!isTag(opener)) return;
    const closer = Object.assign(Object.create(Object.getPrototypeOf(opener)), opener, { info: "/", nesting: -1 });
    opener.nesting = 1;
    tokens.push(closer);
  }
}
