/** A message item: the answer's text as markdown with its sources, and refusals as what they are. */
import { asList, asText, type Json, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { sourceList } from "./links.js";
import { isItemOpen } from "./status.js";
import { Growing, MarkdownText, plainSink } from "./text.js";
import { unknownView } from "./unknown.js";
import { type Env, type View, type ViewFactory, ViewList } from "./view.js";

const PARTS = new Map<string, ViewFactory>([
  ["output_text", () => new TextPart()],
  ["text", () => new TextPart()],
  ["summary_text", () => new TextPart()],
  ["reasoning_text", () => new TextPart()],
  ["refusal", () => new RefusalPart()],
]);

export class MessageView implements View {
  readonly el = el("div", "sc-message");
  #parts = partList(this.el);

  update(item: JsonObject, path: Path, env: Env): void {
    this.#parts.update(asList(item.content), [...path, "content"], { ...env, open: isItemOpen(item, env) });
  }

  destroy(): void {
    this.#parts.destroy();
  }
}

/** Views for content parts. */
export function partList(host: HTMLElement): ViewList {
  return new ViewList(host, (type) => PARTS.get(type) ?? unknownView("Content part"));
}

class TextPart implements View {
  readonly el = el("div", "sc-text");
  #prose = this.el.appendChild(el("div", "sc-prose"));
  #text = new MarkdownText(this.#prose);
  #annotations: Json | undefined;
  #sources: HTMLElement | null = null;

  update(part: JsonObject, path: Path, env: Env): void {
    this.#text.update(asText(part.text), [...path, "text"], env, !env.open);
    if (part.annotations === this.#annotations) return;
    this.#annotations = part.annotations;
    this.#sources?.remove();
    this.#sources = sourceList(asList(part.annotations));
    if (this.#sources) this.el.append(this.#sources);
  }

  destroy(): void {
    this.#text.destroy();
  }
}

class RefusalPart implements View {
  readonly el: HTMLElement;
  #text: Growing;

  constructor() {
    const body = el("div", "sc-plain");
    this.el = el("div", "sc-notice sc-tone-warn", icon("hand"), el("div", "", el("strong", "", "Refused"), body));
    this.el.setAttribute("data-sc-refusal", "");
    this.#text = new Growing(plainSink(body));
  }

  update(part: JsonObject, path: Path, env: Env): void {
    this.#text.update(asText(part.refusal), [...path, "refusal"], env.tails);
  }
}
