/** Which addresses may become links or images. Pure. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);
const IMAGE_DATA = /^data:image\/(?:png|jpeg|gif|webp)[;,]/i;
const MAX_IMAGE_DATA = 1_000_000;
const HOST = /(?:^|[\s/@])((?:[a-z0-9-]+\.)+[a-z]{2,})/i;

/**
 * The address a link may go to, or null where the link has to stay text.
 *
 * Relative and same-origin addresses would act on the notebook server with the reader's token, so they are refused, as
 * is every scheme but http, https and mailto, and everything with userinfo (`https://bank.example@evil.example`).
 */
export function safeLink(href: string, origin: string): URL | null {
  const url = URL.parse?.(href) ?? parse(href);
  if (!url || !SCHEMES.has(url.protocol) || url.username !== "" || url.password !== "") return null;
  return url.origin === origin ? null : url;
}

/** An image that may be asked for when the reader clicks. */
export function safeImage(src: string, origin: string): URL | null {
  const url = safeLink(src, origin);
  return url?.protocol === "mailto:" ? null : url;
}

/** Image data that needs no request. SVG is a document and never shown. */
export const isImageData = (src: string): boolean => src.length <= MAX_IMAGE_DATA && IMAGE_DATA.test(src);

/** The true host, where the text of a link could make the reader believe in another one; else "". */
export function doubtfulHost(url: URL, text: string): string {
  if (url.protocol === "mailto:") return "";
  const named = HOST.exec(text)?.[1]?.toLowerCase();
  const foreign = /(?:^|\.)xn--/.test(url.hostname) || /[^\x20-\x7e]/.test(text);
  return foreign || (named !== undefined && named !== url.hostname) ? url.hostname : "";
}

function parse(href: string): URL | null {
  try {
    return new URL(href);
  } catch {
    return null; // relative, or no address at all
  }
}
