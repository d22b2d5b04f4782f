/** Inline tokens into a small tree of what is to be shown. Pure: the DOM is made of it elsewhere. */
import type { Token } from "markdown-it";
import { reveal, revealed } from "./characters.js";
import { doubtfulHost, isImageData, safeImage, safeLink } from "./urls.js";

/** A piece of text, or an element by its tag. */
export interface Span {
  /** "" for text. */
  readonly tag: string;
  readonly text: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Equal keys: the same element, which may be kept while attributes and children change. */
  readonly key: string;
  readonly spans: Span[];
  /** An image the reader may ask for by a click. */
  readonly load?: string;
  /** A reference to a footnote: its place in the text's own list, and how often that was referred to before. */
  readonly note?: { readonly id: number; readonly use: number };
}

/** How links, images and hidden characters are treated. */
export interface Policy {
  link(href: string, title: string, spans: Span[]): Span[];
  image(src: string, title: string, alt: string): Span[];
  text(text: string): Span[];
  code(text: string): string;
}

/** Elements in one another: what is deeper stands in the last of them. */
const MAX_DEPTH = 100;

/** Stretches of text between hidden characters, and those, from which on they are named without elements of their own. */
const MANY = 2_000;

const LINK = { target: "_blank", rel: "noopener noreferrer nofollow", referrerpolicy: "no-referrer" };

/** The rules for text from a model. `origin` is the page's own: links to it stay text. */
export function guarded(origin: string): Policy {
  return {
    link(href, title, spans) {
      // No target yet: the address is still growing
      if (href === "") return [element("a", {}, spans)];
      const url = safeLink(href, origin);
      if (!url) return [element("span", {}, spans)];
      const host = doubtfulHost(url, plain(spans));
      const link = element("a", { href: url.href, ...(title && { title: revealed(title) }), ...LINK }, spans);
      return host ? [link, element("span", { class: "sc-host" }, [text(` (${host})`)])] : [link];
    },
    image(src, title, alt) {
      const label = { ...(title && { title: revealed(title) }) };
      if (isImageData(src)) return [element("img", { src, alt: revealed(alt), ...label }, [])];
      const url = safeImage(src, origin);
      const shown = [text(revealed(alt) || "image")];
      if (!url) return [element("span", { class: "sc-image", ...label }, shown)];
      const host = element("span", { class: "sc-host" }, [text(` (${url.hostname})`)]);
      return [{ ...element("span", { class: "sc-image", ...label }, [...shown, host]), load: url.href, key: url.href }];
    },
    text(content) {
      const parts = reveal(content);
      // So many elements in one text would be laid out for seconds
      if (parts.length > MANY) return [text(parts.join(""))];
      return parts.flatMap((part, i) => {
        if (i % 2 === 1) return element("span", { class: "sc-hidden" }, [text(part)]);
        return part ? text(part) : [];
      });
    },
    code: revealed,
  };
}

/** No rules: the dialect as it is, for comparison with other implementations. Never for a model's text. */
export const bare: Policy = {
  link: (href, title, spans) => [element("a", { href, ...(title && { title }) }, spans)],
  image: (src, title, alt) => [element("img", { src, alt, ...(title && { title }) }, [])],
  text: (content) => [text(content)],
  code: (content) => content,
};

/** What `tokens` show. `open`: more may come behind them, so nothing may be loaded yet. */
export function spansOf(tokens: readonly Token[], policy: Policy, open = false): Span[] {
  const root: Span[] = [];
  const around: { spans: Span[]; opener: Token | null }[] = [];
  let spans = root;
  const add = (more: readonly Span[]): void => {
    for (const span of more) append(spans, span);
  };
  const close = (): void => {
    const { spans: outer, opener } = around.pop() ?? { spans, opener: null };
    const inner = spans;
    spans = outer;
    if (opener) add(closed(opener, inner, policy));
  };
  // No link in a link: as in HTML, the outer one ends here, and its own end means nothing any more
  const leaveLink = (): void => {
    const depth = around.findIndex(({ opener }) => opener?.type === "link_open");
    if (depth < 0) return;
    const inside = around.slice(depth + 1).map(({ opener }) => opener);
    while (around.length > depth) close();
    for (const opener of [null, ...inside]) {
      around.push({ spans, opener });
      if (opener) spans = [];
    }
  };
  for (const token of tokens) {
    if (/^(?:link_open|footnote_ref)$/.test(token.type)) leaveLink();
    if (token.nesting === 1) {
      const isShown = around.length < MAX_DEPTH;
      around.push({ spans, opener: isShown ? token : null });
      if (isShown) spans = [];
    } else if (token.nesting === -1) close();
    else {
      const shown = leaf(token, policy);
      add(open ? shown.map(withoutLoad) : shown);
    }
  }
  return root;
}

function withoutLoad(span: Span): Span {
  if (!span.load) return span;
  const { load: _, ...rest } = span;
  return { ...rest, key: "" };
}

/** Adds to text that stands there already, so that text stays in few nodes. */
function append(spans: Span[], span: Span): void {
  const last = spans.at(-1);
  if (last && !last.tag && !span.tag) spans[spans.length - 1] = text(last.text + span.text);
  else if (span.tag || span.text) spans.push(span);
}

function closed(opener: Token, inner: Span[], policy: Policy): Span[] {
  if (opener.type === "link_open") return policy.link(attribute(opener, "href"), attribute(opener, "title"), inner);
  return [element(String(opener.tag), {}, inner)];
}

function leaf(token: Token, policy: Policy): Span[] {
  switch (token.type) {
    case "softbreak":
      return [text("\n")];
    case "hardbreak":
      return [element("br", {}, []), text("\n")];
    case "maths": {
      const source = element("span", { class: "sc-tex" }, policy.text(token.content));
      const maths = element("span", { class: `sc-maths${token.block ? " sc-display" : ""}` }, [source]);
      return [{ ...maths, key: token.content }];
    }
    case "code_inline":
      return [element("code", {}, policy.text(token.content))];
    case "image":
      return policy.image(attribute(token, "src"), attribute(token, "title"), altText(token.children ?? []));
    case "task": {
      const checked: Record<string, string> = token.content ? { checked: "" } : {};
      const label = { "aria-label": "Task" };
      return [element("input", { type: "checkbox", disabled: "", class: "sc-task", ...label, ...checked }, [])];
    }
    case "footnote_ref":
      return [noteRef(token.meta as { id: number; subId?: number })];
    default:
      return policy.text(token.content);
  }
}

function noteRef(meta: { id: number; subId?: number }): Span {
  const link = { ...element("a", { class: "sc-note" }, []), note: { id: meta.id, use: meta.subId ?? 0 } };
  return element("sup", {}, [{ ...link, key: `note ${meta.id} ${meta.subId ?? 0}` }]);
}

/** What markdown-it puts into an image's alt attribute. */
function altText(tokens: readonly Token[]): string {
  let alt = "";
  for (const token of tokens) {
    if (token.type === "image") alt += altText(token.children ?? []);
    else if (token.type === "softbreak" || token.type === "hardbreak") alt += "\n";
    else if (/^(?:text|code_inline|maths)$/.test(token.type)) alt += token.content;
  }
  return alt;
}

function plain(spans: readonly Span[]): string {
  return spans.map((span) => (span.tag ? plain(span.spans) : span.text)).join("");
}

export function text(content: string): Span {
  return { tag: "", text: content, attributes: NONE, key: "", spans: [] };
}

export function element(tag: string, attributes: Record<string, string>, spans: Span[]): Span {
  return { tag, text: "", attributes, key: tag === "img" ? (attributes.src ?? "") : "", spans };
}

const NONE = {};

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? "");
}
