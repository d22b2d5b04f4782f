/** Characters that show nothing or turn the text around: made visible. Pure. */

const HIDDEN = new RegExp(
  [
    "[\\u202a-\\u202e\\u2066-\\u2069\\u200e\\u200f\\u061c]", // bidi controls
    "[\\u180e\\u200b\\u2060-\\u2064\\ufeff\\u115f\\u1160\\u3164\\uffa0]", // fillers, zero width
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f]", // C0 and C1 but tab and line feed
    "[\\u{e0000}-\\u{e007f}]", // tag characters
    "(?<![\\p{L}\\p{M}\\p{Emoji}])[\\u200c\\u200d]", // joiners that join nothing
    "[\\u200c\\u200d](?![\\p{L}\\p{M}\\p{Emoji}])",
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

function name(hidden: string): string {
  const code = hidden.codePointAt(0) ?? 0;
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
