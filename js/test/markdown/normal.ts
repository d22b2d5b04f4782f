/** What a reader gets from a DOM subtree: structure, text, links; no wrappers, classes or controls. */

const KEPT = new Set(
  "P H1 H2 H3 H4 H5 H6 UL OL LI BLOCKQUOTE PRE CODE EM STRONG S A IMG HR BR TABLE THEAD TBODY TR TH TD INPUT SUB SUP KBD MARK".split(
    " ",
  ),
);
const INLINE = new Set("CODE EM STRONG S A IMG INPUT SPAN SUB SUP KBD MARK".split(" "));

export function normal(root: Node): string {
  return write(root)
    .replace(/[ \n]*\u0001[ \n]*/g, "")
    .replace(/[ \t\n]+/g, " ")
    .trim()
    .replaceAll("\u0002", " ");
}

function write(node: Node): string {
  let out = "";
  for (const child of node.childNodes) {
    if (child.nodeType === 3) out += (child as Text).data;
    else if (child instanceof HTMLElement) out += writeElement(child);
  }
  return out;
}

function writeElement(element: HTMLElement): string {
  const { tagName: tag } = element;
  if (tag === "BUTTON") return "";
  if (element.classList.contains("sc-maths")) return maths(element.querySelector(".sc-tex")?.textContent ?? "");
  // Blanks count in code, whatever block it is cut into
  if (tag === "PRE") {
    const code = element.querySelector("code")?.textContent ?? "";
    return `\u0001<PRE>${JSON.stringify(code.replace(/\n+$/, "")).replaceAll(" ", "\u0002")}</PRE>\u0001`;
  }
  const edge = INLINE.has(tag) ? "" : "\u0001";
  if (!KEPT.has(tag)) return edge + write(element) + edge;
  return `${edge}<${tag}${attributes(element)}>${edge}${write(element)}${edge}</${tag}>${edge}`;
}

/** A formula without its delimiters; whether it is drawn does not matter. */
function maths(source: string): string {
  const size = /^(?:\$\$|\\)/.test(source) ? 2 : 1;
  const kind = /^(?:\$\$|\\\[)/.test(source) ? " display" : "";
  const edge = kind && "\u0001";
  return `${edge}<MATHS${kind}>${JSON.stringify(source.slice(size, -size)).replaceAll(" ", "\u0002")}</MATHS>${edge}`;
}

function attributes(element: HTMLElement): string {
  const href = (element.getAttribute("href") ?? "").replace(/^#.*/, "#");
  const { textAlign } = element.style;
  const parts = [href, element.getAttribute("src"), element.getAttribute("alt"), element.title, textAlign];
  if (element.tagName === "OL") parts.push(element.getAttribute("start"));
  if (element instanceof HTMLInputElement) parts.push(element.checked ? "checked" : "");
  return parts
    .filter(Boolean)
    .map((part) => ` ${part}`)
    .join("");
}
