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
const PROPERTIES = new Set(
  `background-color border-bottom-width border-color border-right-style border-right-width border-style border-top-width
  border-width bottom color height left margin margin-bottom margin-left margin-right margin-top min-width padding-left
  position text-shadow top vertical-align width border-top-color border-right-color border-bottom-color
  border-left-color border-top-style border-bottom-style border-left-style border-left-width`.split(/\s+/),
);
/** Lengths, colours and key words; nothing with an address in it. */
const VALUE = /^(?:[-\w.#%, ]|rgba?\([\d., %]+\)|calc\([-+*/\w. ]+\))*$/;
const PLACES = new Set(["", "relative", "absolute"]);
const NAMESPACES = /^http:\/\/www\.w3\.org\/(?:1998\/Math\/MathML|2000\/svg)$/;
/** Bidi controls, control and tag characters: TeX can make any character by its number. */
const HIDDEN = /[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\x00-\x08\x0b-\x1f\x7f-\x9f]|[\u{e0000}-\u{e007f}]/u;

/** Whether nothing in `root` is an address, a name, or of another kind than formulas are. */
export function isHarmless(root: Element): boolean {
  return !HIDDEN.test(root.textContent ?? "") && [...root.querySelectorAll("*")].every(isAllowed);
}

function isAllowed(el: Element): boolean {
  if (!TAGS.has(el.localName)) return false;
  return [...el.attributes].every(({ name, value }) => {
    const known = name.toLowerCase();
    if (!ATTRIBUTES.has(known)) return false;
    if (known === "style") return hasPlainStyle(el);
    return known === "xmlns" ? NAMESPACES.test(value) : !/[:<>\\]|^\s*url\(/i.test(value);
  });
}

/** Where a browser does not give an element a style object, there must be no style. */
function hasPlainStyle(el: Element): boolean {
  const { style } = el as HTMLElement;
  if (!style) return false;
  return (
    [...style].every((name) => PROPERTIES.has(name) && VALUE.test(style.getPropertyValue(name))) &&
    PLACES.has(style.position)
  );
}
