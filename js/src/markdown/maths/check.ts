/** What a drawn formula may consist of. It does not know how formulas are drawn: it distrusts what it is given. */

const TAGS = new Set(
  `span svg path line math semantics annotation mrow mi mn mo ms mtext mspace mstyle mpadded mphantom menclose mfrac msqrt
  mroot msub msup msubsup munder mover munderover mtable mtr mtd mlabeledtr`.split(/\s+/),
);
const ATTRIBUTES = new Set(
  `accent accentunder align aria-hidden class columnalign columnlines columnspacing d depth display displaystyle encoding
  fence height largeop linebreak linethickness lspace mathbackground mathcolor mathsize mathvariant maxsize minsize
  movablelimits notation preserveaspectratio rowlines rowspacing rspace scriptlevel separator side stretchy stroke-width
  style valign viewbox voffset width x1 x2 xmlns y1 y2`.split(/\s+/),
);
/** What KaTeX gives a size, a place or a colour by; as browsers write it, who may join what belongs together. */
const DECLARATION = new RegExp(
  `^(?:background-color|border(?:-(?:top|right|bottom|left))?(?:-(?:width|style|color))?|bottom|color|height|left
  |margin(?:-(?:top|right|bottom|left))?|min-width|padding-left|position|text-shadow|top|vertical-align|width
  ):(?!.*(?:fixed|sticky|url)) ?(?:[-\\w.#%, ]|rgba?\\([\\d., %]+\\)|calc\\([-+*/\\w. ]+\\))+$`.replace(/\s\s+/g, ""),
);
const NAMESPACES = /^http:\/\/www\.w3\.org\/(?:1998\/Math\/MathML|2000\/svg)$/;
/** Bidi controls, what has no width, control and tag characters: TeX can make any character by its number. */
const HIDDEN =
  /[\u202a-\u202e\u2060\u2066-\u2069\u200b-\u200f\u061c\u115f\u1160\u180e\u3164\ufeff\uffa0\x00-\x08\x0b-\x1f\x7f-\x9f]|[\u{e0000}-\u{e007f}]/u;

/** Whether nothing in `root` is an address, a name, or of another kind than formulas are. */
export function isHarmless(root: Element): boolean {
  return !HIDDEN.test(root.textContent ?? "") && [...root.querySelectorAll("*")].every(isAllowed);
}

function isAllowed(el: Element): boolean {
  if (!TAGS.has(el.localName)) return false;
  return [...el.attributes].every(({ name, value }) => {
    const known = name.toLowerCase();
    if (!ATTRIBUTES.has(known)) return false;
    if (known === "style") return isPlainStyle(value);
    return known === "xmlns" ? NAMESPACES.test(value) : !/[:<>\\]|^\s*url\(/i.test(value);
  });
}

const isPlainStyle = (style: string): boolean =>
  style.split(";").every((part) => !part.trim() || DECLARATION.test(part.trim()));
