/** Which addresses may become links or images. Pure. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const IMAGE_DATA = /^data:image\/(?:png|jpeg|gif|webp)[;,]/i;
const MAX_IMAGE_DATA = 1_000_000;
/** A host, or the address of a mail. Browsers take more: `x.yz)&` and `x.yz~~` are hosts to them. */
const PLACE = /^(?:[\w-]+(?:\.[\w-]+)*\.?|\[.*|[^@]+@[^@]+)$/;
/** What reads as a host: not the name of a file in a path, nor of a person in an address of mail. */
const NAMES = /(?<![\w.-])(?<![^/]\/)(?:[a-z\d-]+\.){1,9}[a-z]{2,}(?![\w.-]{0,64}@)/g;

/**
 * The address a link may go to, or null where the link has to stay text.
 *
 * Relative and same-origin addresses would act on the notebook server with the reader's token, so they are refused, as
 * is every scheme but http, https and mailto, and everything with userinfo (`https://bank.example@evil.example`).
 */
export function safeLink(href: string, origin: string): URL | null {
  // An exception for each relative one is dear
  const url = URL.parse ? URL.parse(href) : parse(href);
  if (!url || !SCHEMES.has(url.protocol) || url.username !== "" || url.password !== "") return null;
  return url.origin === origin || !PLACE.test(placeOf(url)) ? null : url;
}

/** Its host; of a `mailto:` the address. */
const placeOf = (url: URL): string => url.hostname || url.pathname;

/** An image that may be asked for when the reader clicks. */
export function safeImage(src: string, origin: string): URL | null {
  const url = safeLink(src, origin);
  return url?.protocol === "mailto:" ? null : url;
}

/** Image data that needs no request. SVG is a document and never shown. */
export const isImageData = (src: string): boolean => src.length <= MAX_IMAGE_DATA && IMAGE_DATA.test(src);

/** The true place, where the text of a link could make the reader believe in another one; else "". */
export function doubtfulHost(url: URL, text: string): string {
  const place = placeOf(url).toLowerCase();
  const host = place.replace(/.*@/, "");
  const said = text.toLowerCase();
  const isForeign = /(?:^|\.)xn--/.test(host) || /[^\n -~]/.test(text);
  const names = said.match(NAMES) ?? [];
  const isOther = names.some((name) => name !== host) || (said.includes("@") && !said.includes(place));
  return isForeign || isOther ? placeOf(url) : "";
}

function parse(href: string): URL | null {
  try {
    return new URL(href);
  } catch {
    return null; // relative, or no address at all
  }
}
