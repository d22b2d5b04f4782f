/** Characters that show nothing or turn the text around: made visible. The list of `fallback/chips.py`. */

const ANYWHERE =
  "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\xad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f" +
  "\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb\\u{1d173}-\\u{1d17a}\\u{e0000}-\\u{e0fff}]";

/** One that is hidden whatever stands beside it; `split` by it leaves it at each second place. */
export const ALWAYS_HIDDEN = new RegExp(`(${ANYWHERE})`, "u");

const HIDDEN = new RegExp(
  [
    ANYWHERE,
    "\\r(?!\\n)",
    "(?<![\\p{L}\\p{M}\\p{S}])[\\u200c\\u200d]", // joiners that join nothing
    "[\\u200c\\u200d](?![\\p{L}\\p{M}\\p{S}])",
    "(?<![\\p{L}\\p{N}\\p{S}#*])[\\ufe00-\\ufe0f]", // selectors of no variation
  ].join("|"),
  "gu",
);

const PLAIN = /^[\n\t\x20-\x7e]*$/;

/** The text cut into stretches; every second one is a hidden character by name, such as `⟨U+202E⟩`. */
export function reveal(text: string): string[] {
  if (PLAIN.test(text)) return [text];
  const parts: string[] = [];
  let last = 0;
  for (const { 0: hidden, index } of text.matchAll(HIDDEN)) {
    parts.push(text.slice(last, index), name(hidden));
    last = index + hidden.length;
  }
  parts.push(text.slice(last));
  return parts;
}

/** The text with hidden characters by name. */
export const revealed = (text: string): string => (PLAIN.test(text) ? text : text.replace(HIDDEN, name));

/** How it is shown. */
export function name(hidden: string): string {
  const code = hidden.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/**
 * A reader who copies takes the characters, not their names. For the moment of copying each stands behind its name, which is
 * not shown then: the browser's own copy has all else.
 */
export function copyAsWritten(el: HTMLElement): void {
  const { ownerDocument } = el;
  const selection = ownerDocument.getSelection();
  for (const chip of el.querySelectorAll<HTMLElement>(".sc-hidden")) {
    if (!selection?.containsNode(chip, true)) continue;
    const code = Number.parseInt((chip.textContent ?? "").slice(3), 16);
    const character = ownerDocument.createTextNode(String.fromCodePoint(code));
    chip.after(character);
    chip.hidden = true;
    // The browser copies when all listeners have been called
    setTimeout(() => {
      character.remove();
      chip.hidden = false;
    });
  }
}
