/** Which addresses may become links. Pure. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/**
 * The address a link may go to, or null where the link has to stay text.
 *
 * Relative and same-origin addresses would act on the notebook server with the reader's token, so they are refused, as
 * is every scheme but http, https and mailto, and everything with userinfo (`https://bank.example@evil.example`).
 */
export function safeLink(href: string, origin: string): string | null {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return null; // relative, or no address at all
  }
  if (!SCHEMES.has(url.protocol) || url.username !== "" || url.password !== "") return null;
  return url.origin === origin ? null : url.href;
}
