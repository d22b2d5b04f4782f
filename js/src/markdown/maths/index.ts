/** Formulas, drawn by KaTeX; a bundle of its own, loaded when the first block that holds a formula has closed. */
import { render as draw } from "katex";
import { revealed } from "../characters.js";
import { isHarmless } from "./check.js";
import { onCopy } from "./copy.js";
import { SETTINGS, UNTRUSTED } from "./settings.js";

/** Longer sources, delimiters counted, stay as they are. */
const LONGEST = 5000;

/**
 * Shows the formula whose source, with its delimiters, stands in `el`. The source stays there, unseen: it is what is selected,
 * copied and found. Where it cannot be drawn it is seen, and the element's title tells why.
 */
export function show(el: HTMLElement): void {
  if (el.matches(".sc-drawn")) return;
  const text = el.textContent ?? "";
  const size = /^(?:\$\$|\\)/.test(text) ? 2 : 1;
  const into = el.ownerDocument.createElement("span");
  into.className = "sc-formula";
  try {
    if (text.length > LONGEST) throw new Error("This formula is too long to be drawn.");
    if (el.querySelector(".sc-hidden")) throw new Error("This formula holds hidden characters.");
    render(text.slice(size, -size), /^(?:\$\$|\\\[)/.test(text), into);
    el.append(into);
    el.classList.add("sc-drawn");
  } catch (error) {
    el.title = revealed(String(error instanceof Error ? error.message : error)).slice(0, 300);
  }
}

/**
 * Draws a formula into an element that is empty.
 *
 * @param source - TeX, without its delimiters.
 * @param display - On lines of its own, and large.
 * @throws where the source is no TeX that KaTeX knows, or would show what no formula may; the element stays empty then.
 */
export function render(source: string, display: boolean, into: HTMLElement): void {
  if (UNTRUSTED.test(source)) throw new Error("This formula is not drawn: it links to something or names it.");
  const box = into.ownerDocument.createElement("span");
  // Its own macros for each formula: what one defines must not reach another
  draw(source, box, { ...SETTINGS, displayMode: display, macros: {} });
  // KaTeX puts a zero-width space where Safari needs some text. Here such characters are none of a formula
  for (const strut of box.querySelectorAll(".vlist-s")) strut.textContent = "\u00a0";
  if (!isHarmless(box)) throw new Error("This formula is not drawn: it asks for more than a formula needs.");
  into.append(...box.childNodes);
}

document.addEventListener("copy", onCopy);
