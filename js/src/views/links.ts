/** Links to addresses that a model or a tool named. Nothing is requested until the reader clicks. */
import { asObject, asText, type JsonObject } from "../json.js";
import { el, said } from "./dom.js";

/** The parsed address if it may be a link: http or https, without userinfo, and not the notebook server's own. */
function webAddress(address: string): URL | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  const isOwn = url.origin === document.location.origin;
  return isWeb && !isOwn && url.username === "" && url.password === "" ? url : null;
}

/** A link with its true host behind it; text where the address may not be a link. */
export function safeLink(address: string, title: string): HTMLElement {
  const url = webAddress(address);
  if (!url) return said("span", "sc-source", title === "" || title === address ? address : `${title} (${address})`);
  const link = said("a", "", title === "" ? address : title);
  link.href = url.href;
  link.target = "_blank";
  link.rel = "noopener noreferrer nofollow";
  link.referrerPolicy = "no-referrer";
  // An address shows its host itself.
  return el("span", "sc-source", link, ...(title === "" ? [] : [" ", said("span", "sc-host", url.host)]));
}

/** One source of an answer: what an annotation points to, and the key by which equal ones are told. */
function source(raw: JsonObject): { key: string; make: () => HTMLElement } {
  // Chat Completions nests what the Responses API has flat.
  const annotation = { ...raw, ...asObject(raw.url_citation) };
  const url = asText(annotation.url);
  if (url !== "") return { key: url, make: () => safeLink(url, asText(annotation.title)) };
  const name = asText(annotation.filename) || asText(annotation.file_id) || asText(annotation.type) || "unnamed source";
  return { key: name, make: () => said("span", "sc-source", name) };
}

/** A numbered list of the sources that `annotations` name, each once; null when there are none. */
export function sourceList(annotations: readonly unknown[]): HTMLElement | null {
  const sources = new Map<string, () => HTMLElement>();
  for (const annotation of annotations) {
    const { key, make } = source(asObject(annotation));
    if (!sources.has(key)) sources.set(key, make);
  }
  if (sources.size === 0) return null;
  const list = el("ol", "", ...[...sources.values()].map((make) => el("li", "", make())));
  const element = el("nav", "sc-sources", el("div", "sc-label", "Sources"), list);
  element.setAttribute("aria-label", "Sources");
  return element;
}
