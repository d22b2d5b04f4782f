/** What can stand in a card's body. A block paints one field of an item, and is empty while the field is. */
import { asList, asObject, asText, type Json, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { el, said } from "./dom.js";
import { imageSource } from "./image.js";
import { jsonSink } from "./json-view.js";
import { safeLink } from "./links.js";
import { diffSink, Growing, plainSink, type TextSink } from "./text.js";
import type { Env } from "./view.js";

/** Makes the painter of one block in `body`. */
export type Block = (body: HTMLElement) => (item: JsonObject, path: Path, env: Env) => void;

type Keys = readonly (string | number)[];

const SINKS = {
  text: { className: "sc-code", sink: plainSink },
  json: { className: "sc-json", sink: jsonSink },
  diff: { className: "sc-code sc-diff", sink: diffSink },
} satisfies Record<string, { className: string; sink: (element: HTMLElement) => TextSink }>;

/** Text that grows at `keys`. What is no string there is shown as JSON. */
export function grows(kind: keyof typeof SINKS, keys: Keys, label = ""): Block {
  return (body) => {
    const element = el("div", SINKS[kind].className);
    const growing = new Growing(SINKS[kind].sink(element));
    const frame = el("div", "sc-block", ...(label === "" ? [] : [el("div", "sc-label", label)]), element);
    return (item, path, env) => {
      const value = dig(item, keys);
      const text = typeof value === "string" ? value : value === null ? "" : JSON.stringify(value);
      if (text !== "" && !frame.parentNode) body.append(frame);
      growing.update(text, [...path, ...keys], env.tails);
    };
  };
}

/** Each string of a list, as text that grows. */
export function growsEach(keys: Keys): Block {
  return (body) => {
    const lines: ReturnType<Block>[] = [];
    return (item, path, env) => {
      asList(dig(item, keys)).forEach((_, i) => {
        lines[i] ??= grows("text", [...keys, i])(body);
        lines[i](item, path, env);
      });
    };
  };
}

/** What `draw` makes of the value at `keys`, made anew when it changes. For values that come whole and are small. */
export function whole(keys: Keys, draw: (value: Json) => Iterable<Node>): Block {
  return (body) => {
    let shown: Json = null;
    const element = el("div", "sc-block");
    return (item) => {
      const value = dig(item, keys);
      if (value === shown) return;
      shown = value;
      element.replaceChildren(...draw(value));
      if (element.hasChildNodes()) body.append(element);
      else element.remove();
    };
  };
}

function dig(item: JsonObject, keys: Keys): Json {
  let value: Json = item;
  for (const key of keys) value = (typeof key === "number" ? asList(value)[key] : asObject(value)[key]) ?? null;
  return value;
}

/** A field of an item that was not understood, or is no text: as JSON. */
export function asJson(value: Json): Node[] {
  if (value === null) return [];
  const element = el("div", "sc-json");
  jsonSink(element).push(JSON.stringify(value));
  return [element];
}

/** Text (as JSON where it is), or what a list of content parts holds of it. */
export function asOutput(value: Json): Node[] {
  if (typeof value === "string") return value === "" ? [] : [parsed(value) ?? said("div", "sc-code", value)];
  return Array.isArray(value) ? value.flatMap((part) => asOutput(asText(asObject(part).text))) : asJson(value);
}

/** The view of a text that is one JSON object or list; null for others. */
function parsed(text: string): HTMLElement | null {
  if (!/^\s*[[{]/.test(text)) return null;
  const element = el("div", "sc-json");
  jsonSink(element).push(text);
  return element.querySelector(".sc-json-bad") ? null : element;
}

/** An error of a tool: a line, or an object that holds one. */
export function asError(value: Json): Node[] {
  const message = asText(value) || asText(asObject(value).message);
  if (message === "") return asJson(value);
  return [said("div", "sc-notice sc-tone-bad", message)];
}

/** `[{name, …}]` as a row of names. */
export function asNames(value: Json): Node[] {
  return asList(value).map((entry) => said("span", "sc-pill", asText(entry) || asText(asObject(entry).name)));
}

/** An image that came along; one that lies elsewhere is named but not loaded. */
function picture(address: string): HTMLElement {
  if (!address.startsWith("data:")) return safeLink(address, "image");
  const source = imageSource(/^data:image\/(?:png|jpeg|gif|webp);base64,(.*)/s.exec(address)?.[1] ?? "");
  if (source === "") return el("div", "sc-label", "[image of an unknown form, or too large: not shown]");
  const image = el("img", "sc-picture");
  image.src = source;
  image.alt = "image";
  return image;
}

/** What a code interpreter gave back: logs and images. */
export function asLogs(value: Json): Node[] {
  return asList(value).flatMap((entry) => {
    const { logs, url } = asObject(entry);
    if (asText(logs) !== "") return [said("div", "sc-code sc-output", asText(logs))];
    return asText(url) !== "" ? [picture(asText(url))] : [];
  });
}

/** What a shell gave back, and how each command ended. */
export function asShellOutput(value: Json): Node[] {
  if (!Array.isArray(value)) return asOutput(value);
  return value.flatMap((entry) => {
    const { stdout, stderr, outcome } = asObject(entry);
    const { type, exit_code: code } = asObject(outcome);
    const end = asText(type) === "timeout" ? "timed out" : typeof code === "number" && code !== 0 ? `exit ${code}` : "";
    return [
      ...(asText(stdout) ? [said("div", "sc-code sc-output", asText(stdout))] : []),
      ...(asText(stderr) ? [said("div", "sc-code sc-output sc-tone-bad", asText(stderr))] : []),
      ...(end ? [el("div", "sc-label", end)] : []),
    ];
  });
}

/** What a web search did, and the pages that it found. */
export function asSearch(value: Json): Node[] {
  const action = asObject(value);
  const queries = asList(action.queries).map(asText);
  const asked = queries.length > 0 ? queries : [asText(action.query) || asText(action.pattern)];
  const pages = [action, ...asList(action.sources).map(asObject)].map((page) => asText(page.url)).filter(Boolean);
  return [
    ...asked.filter(Boolean).map((query) => said("div", "sc-query", query)),
    ...pages.map((url) => el("div", "", safeLink(url, ""))),
  ];
}

/** Queries of a file search. */
export function asQueries(value: Json): Node[] {
  return asList(value).map((query) => said("div", "sc-query", asText(query)));
}

/** Files that were found. */
export function asFiles(value: Json): Node[] {
  return asList(value).map((entry) => {
    const { filename, file_id: id, score } = asObject(entry);
    const name = said("span", "sc-source", asText(filename) || asText(id));
    return el("div", "", name, typeof score === "number" ? ` ${score.toFixed(2)}` : "");
  });
}
