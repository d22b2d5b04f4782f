/** Tokens of markdown-it into DOM nodes, by createElement and text nodes only. */
import type { Token } from "markdown-it";
import { safeLink } from "./urls.js";

const BLOCKS = new Set("p h1 h2 h3 h4 h5 h6 ul ol li blockquote table thead tbody tr th td em strong s".split(" "));

/** Appends what `tokens` say to `parent`. */
export function render(parent: Node, tokens: Token[], document: Document): void {
  let at = parent;
  const stack: Node[] = [];
  for (const token of tokens) {
    if (token.nesting === 1) {
      stack.push(at);
      at = at.appendChild(token.hidden ? document.createDocumentFragment() : open(token, document));
    } else if (token.nesting === -1) {
      const closed = at;
      at = stack.pop() ?? parent;
      if (closed.nodeType === 11) at.appendChild(closed);
    } else if (token.type === "inline") render(at, token.children ?? [], document);
    else at.appendChild(leaf(token, document));
  }
}

function open(token: Token, document: Document): Node {
  if (token.type === "link_open") return link(token, document);
  const element = document.createElement(BLOCKS.has(token.tag) ? token.tag : "span");
  const start = attribute(token, "start");
  if (token.tag === "ol" && start !== "") element.setAttribute("start", start);
  const align = /^text-align:(left|center|right)$/.exec(attribute(token, "style"))?.[1];
  if (align) element.style.textAlign = align;
  return element;
}

function link(token: Token, document: Document): Node {
  const href = safeLink(attribute(token, "href"), document.location.origin);
  if (href === null) return document.createElement("span");
  const element = document.createElement("a");
  element.href = href;
  element.target = "_blank";
  element.rel = "noopener noreferrer nofollow";
  element.referrerPolicy = "no-referrer";
  element.title = attribute(token, "title");
  return element;
}

function attribute(token: Token, name: string): string {
  return String(token.attrGet(name) ?? "");
}

function leaf(token: Token, document: Document): Node {
  switch (token.type) {
    case "softbreak":
      return document.createTextNode("\n");
    case "hardbreak":
      return document.createElement("br");
    case "hr":
      return document.createElement("hr");
    case "code_inline":
      return text("code", token.content, document);
    case "code_block":
    case "fence": {
      const pre = document.createElement("pre");
      pre.append(text("code", token.content, document));
      return pre;
    }
    case "image":
      return text("span", `[${token.content}]`, document);
    default:
      return document.createTextNode(token.content);
  }
}

function text(tag: string, content: string, document: Document): HTMLElement {
  const element = document.createElement(tag);
  element.textContent = content;
  return element;
}
