/** Spans into DOM nodes, keeping the nodes that stand: text only grows at its end, as a selection in it needs. */
import { type Span, text } from "./spans.js";

/** A span and its node. */
export interface Shown {
  readonly span: Span;
  readonly node: Node;
  readonly inner: Shown[];
}

/** How `patch` goes about its work. */
interface Manner {
  /** The node behind which the shown ones stand. */
  readonly after?: Node | null;
  /** New text gets nodes of its own. */
  readonly apart?: boolean;
}

/** Makes the children of `parent` that show `shown` show `wanted`. */
export function patch(parent: Node, shown: Shown[], wanted: readonly Span[], manner: Manner = {}): void {
  const { after = null, apart = false } = manner;
  const spans = apart ? alongside(wanted, shown) : wanted;
  for (const [i, span] of spans.entries()) {
    const old = shown[i];
    if (old && old.span.tag === span.tag && (old.span.key === span.key || isGrowing(old, span))) {
      shown[i] = keep(old, span, apart);
      continue;
    }
    const next = make(span, parent.ownerDocument ?? document);
    const previous = shown[i - 1]?.node ?? after;
    if (old) parent.replaceChild(next.node, old.node);
    else parent.insertBefore(next.node, previous ? previous.nextSibling : parent.firstChild);
    shown[i] = next;
  }
  for (const { node } of shown.splice(spans.length)) parent.removeChild(node);
}

/** A formula that is not drawn yet is its source, which grows as any text does. Its key counts from the drawing on. */
const isGrowing = ({ span, node }: Shown, { key }: Span): boolean =>
  TEX.test(span.key) && TEX.test(key) && !(node as Element).matches(".sc-drawn,[title]");

const TEX = /^[$\\]/;

function keep(old: Shown, span: Span, apart: boolean): Shown {
  if (span.tag) {
    setAttributes(old.node as HTMLElement, old.span.attributes, span.attributes);
    patch(old.node, old.inner, span.spans, { apart });
  } else setText(old.node as Text, old.span.text, span.text);
  return { ...old, span };
}

/**
 * `spans` with each text cut where the nodes that show it end, so that what is new gets a node of its own.
 * In a long paragraph the engine takes a new node far quicker than more text in one that stands.
 */
function alongside(spans: readonly Span[], shown: readonly Shown[]): Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    let rest = span.text;
    for (let old = shown[out.length]?.span; old && isPart(old, rest); old = shown[out.length]?.span) {
      out.push(old);
      rest = rest.slice(old.text.length);
    }
    if (span.tag || rest) out.push(span.tag || rest === span.text ? span : text(rest));
  }
  return out;
}

const isPart = (old: Span, rest: string): boolean => !old.tag && old.text !== "" && rest.startsWith(old.text);

/** Cuts `shown` where its beginning ends: in the middle of a text. Null where it begins otherwise. */
export function split(shown: readonly Shown[], beginning: readonly Span[]): { head: Shown[]; tail: Shown[] } | null {
  const spans = alongside(beginning, shown);
  const last = spans.length - 1;
  const cut = shown[last];
  const kept = spans[last]?.text ?? "";
  if (!cut || cut.span.tag || !cut.span.text.startsWith(kept)) return null;
  const rest = cut.span.text.slice(kept.length);
  // Selections stay where they are: the DOM moves their ends into the new node
  const tail = rest ? [{ span: text(rest), node: (cut.node as Text).splitText(kept.length), inner: [] }] : [];
  const head = [...shown.slice(0, last), { ...cut, span: text(kept) }];
  return { head, tail: [...tail, ...shown.slice(last + 1)] };
}

type Attributes = Span["attributes"];

function setAttributes(node: HTMLElement, old: Attributes, next: Attributes): void {
  if (old === next) return;
  for (const name of Object.keys(old)) if (!(name in next)) node.removeAttribute(name);
  for (const [name, value] of Object.entries(next)) if (old[name] !== value) node.setAttribute(name, value);
}

/** Changes what differs at the end. Anything else would drop a selection. */
export function setText(node: Text, old: string, text: string): void {
  if (old === text) return;
  if (text.startsWith(old)) return node.appendData(text.slice(old.length));
  let same = 0;
  while (same < text.length && old.charCodeAt(same) === text.charCodeAt(same)) same++;
  node.replaceData(same, old.length - same, text.slice(same));
}

export function make(span: Span, document: Document): Shown {
  if (!span.tag) return { span, node: document.createTextNode(span.text), inner: [] };
  const node = document.createElement(span.tag);
  setAttributes(node, {}, span.attributes);
  const inner = span.spans.map((child) => make(child, document));
  for (const child of inner) node.appendChild(child.node);
  if (span.load) node.appendChild(loader(span, node, document));
  return { span, node, inner };
}

/** The button that asks for a remote image. Nothing is requested before its click. */
function loader(span: Span, place: HTMLElement, document: Document): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "sc-load";
  button.textContent = "Load image";
  button.setAttribute("data-sc-ui", "");
  button.setAttribute("data-lm-suppress-shortcuts", "true");
  button.addEventListener("click", () => {
    const image = document.createElement("img");
    image.referrerPolicy = "no-referrer";
    image.alt = span.spans[0]?.text ?? "";
    image.src = span.load ?? "";
    place.replaceChildren(image);
  });
  return button;
}

/** The nodes that refer to footnotes, in order. */
export function noteLinks(shown: readonly Shown[]): { id: number; use: number; link: HTMLElement }[] {
  return shown.flatMap(({ span, node, inner }) =>
    span.note ? { ...span.note, link: node as HTMLElement } : noteLinks(inner),
  );
}
