/** The reader's selection, kept while nodes move: the engine drops it from nodes that are taken out and put back. */

type Point = readonly [Node, number];

/**
 * Where a document's selection began and ended when it was last found elsewhere, in the task that runs. Asking makes
 * Chromium lay out all that is new on the page: 500 times over for 500 blocks of code.
 */
const known = new WeakMap<Document, (Node | null | undefined)[]>();

/** Another piece of work begins: what is selected may have changed. */
export function askAgain(document: Document): void {
  known.delete(document);
}

function ends(el: HTMLElement): { selection: Selection; anchor: Point; focus: Point } | null {
  const document = el.ownerDocument;
  const isIn = (node: Node | null | undefined) => node && el.contains(node);
  if (!el.isConnected || (known.has(document) && !known.get(document)?.some(isIn))) return null;
  const selection = document.getSelection();
  const { anchorNode, anchorOffset = 0, focusNode, focusOffset = 0 } = selection ?? {};
  askAgain(document);
  if (!selection || !anchorNode || !focusNode || !(isIn(anchorNode) || isIn(focusNode))) {
    known.set(document, [anchorNode, focusNode]);
    // Not in a microtask: each block that waits for its colours is coloured in one of its own.
    setTimeout(() => askAgain(document));
    return null;
  }
  return { selection, anchor: [anchorNode, anchorOffset], focus: [focusNode, focusOffset] };
}

/** For nodes in `el` that move as they are. Call the result when they have moved. */
export function keepSelection(el: HTMLElement): () => void {
  const found = ends(el);
  return () => found?.selection.setBaseAndExtent(...found.anchor, ...found.focus);
}

/** For text in `el` that is cut into other nodes. Call the result when it is. */
export function keepSelectedText(el: HTMLElement): () => void {
  const found = ends(el);
  if (!found) return () => {};
  const [anchor, focus] = [found.anchor, found.focus].map((point) => offsetOf(el, point));
  return () => {
    const [from, to] = [pointAt(el, anchor ?? null) ?? found.anchor, pointAt(el, focus ?? null) ?? found.focus];
    found.selection.setBaseAndExtent(...from, ...to);
  };
}

/** How much of the text of `el` stands before the point; null outside of it. */
function offsetOf(el: HTMLElement, [node, offset]: Point): number | null {
  if (!el.contains(node)) return null;
  const range = el.ownerDocument.createRange();
  range.selectNodeContents(el);
  range.setEnd(node, offset);
  return range.toString().length;
}

function pointAt(el: HTMLElement, offset: number | null): Point | null {
  const walker = el.ownerDocument.createTreeWalker(el, NodeFilter.SHOW_TEXT);
  let rest = offset ?? 0;
  for (let node = walker.nextNode() as Text | null; node && offset !== null; node = walker.nextNode() as Text | null) {
    if (rest <= node.length) return [node, rest];
    rest -= node.length;
  }
  return null;
}
