/** Characters that show nothing or turn the text around: made visible. Pure. */

// Bidi controls, fillers and zero-width characters, C0 and C1 but tab and line feed, tag characters; joiners where they join nothing
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u180e\u2060-\u2064\u200b\ufeff\u115f\u1160\u3164\uffa0\x00-\x08\x0b-\x1f\x7f-\x9f]|[\u{e0000}-\u{e007f}]|(?<![\p{L}\p{M}\p{Emoji}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![\p{L}\p{M}\p{Emoji}])/gu;

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

function name(hidden: string): string {
  const code = hidden.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
