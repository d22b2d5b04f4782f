/** Making elements. Text goes in as text nodes only; there is no way in here to hand over HTML. */
import { ALWAYS_HIDDEN, name } from "../markdown/characters.js";

/** A new element with children; strings become text nodes. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  element.append(...children);
  return element;
}

/** Marks an element as ours: what stands in it is no part of the answer. */
export function ui<E extends HTMLElement>(element: E): E {
  element.setAttribute("data-sc-ui", "");
  return element;
}

/** Sets our own words; they need no chips. Leaves the node alone where nothing changes. */
export function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Keeps the host's keyboard shortcuts off a control: in command mode JupyterLab takes Enter for itself. */
export function ownKeys<E extends HTMLElement>(element: E): E {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
}

export function button(className: string, label: string, press: () => void): HTMLButtonElement {
  const element = ownKeys(el("button", className, label));
  element.type = "button";
  element.addEventListener("click", press);
  return element;
}

/** Longest text node, in UTF-16 units: adding to one costs its length. */
const NODE_LENGTH = 4096;

/**
 * Appends what a model or a server wrote. Characters that hide or reorder text are drawn as `⟨U+202E⟩`; copying gives
 * the true characters.
 */
export function appendText(parent: Node, text: string): void {
  for (const [i, piece] of text.split(ALWAYS_HIDDEN).entries()) {
    if (i % 2 === 1) parent.appendChild(chip(piece));
    else if (piece !== "") appendPlain(parent, piece);
  }
}

/** An element with what a model or a server wrote. */
export function said<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text: string,
): HTMLElementTagNameMap[K] {
  const element = el(tag, className);
  appendText(element, text);
  return element;
}

/** The same for attributes that are shown, such as a title: the mark itself has to stand in the text there. */
export function visible(text: string): string {
  return text
    .split(ALWAYS_HIDDEN)
    .map((piece, i) => (i % 2 === 1 ? name(piece) : piece))
    .join("");
}

function appendPlain(parent: Node, text: string): void {
  const last = parent.lastChild;
  if (last instanceof Text && last.length < NODE_LENGTH) last.appendData(text);
  else parent.appendChild(document.createTextNode(text));
}

function chip(character: string): HTMLElement {
  // The mark is drawn by the style sheet from the attribute; `bdi` keeps the character from reordering its neighbours.
  const element = el("bdi", "sc-chip", character);
  element.setAttribute("data-sc-char", name(character));
  return element;
}
