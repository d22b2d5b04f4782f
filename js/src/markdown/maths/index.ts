/** Formulas, drawn by KaTeX; a bundle of its own, loaded when the first block that holds a formula has closed. */
import { render as draw } from "katex";
import { isHarmless } from "./check.js";
import { onCopy } from "./copy.js";
import { SETTINGS, UNTRUSTED } from "./settings.js";

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
