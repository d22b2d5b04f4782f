/** What no other view is for: its type, its status, and all of it as folded JSON. */
import { asText, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { Card } from "./card.js";
import { el, ownKeys } from "./dom.js";
import { jsonSink } from "./json-view.js";
import type { Env, View, ViewFactory } from "./view.js";

class UnknownView implements View {
  #card: Card;
  readonly el: HTMLElement;
  #json = el("div", "sc-json");
  #sink = jsonSink(this.#json);
  #details = el("details", "sc-fold", ownKeys(el("summary", "", "JSON")), this.#json);
  #value: JsonObject = {};

  constructor(kind: string) {
    this.#card = new Card("box", kind);
    this.el = this.#card.el;
    this.#card.body.append(this.#details);
    this.#details.addEventListener("toggle", () => this.#show());
  }

  update(value: JsonObject, _path: Path, env: Env): void {
    this.#value = value;
    this.#card.name(asText(value.type) || "without a type");
    this.#card.hint(asText(value.id));
    this.#card.status(value, env);
    this.#show();
  }

  /** Only while it is open: writing all of an item anew for each of its changes is work that nobody sees. */
  #show(): void {
    this.#sink.clear();
    if (this.#details.open) this.#sink.push(JSON.stringify(this.#value));
  }
}

export function unknownView(kind: string): ViewFactory {
  return () => new UnknownView(kind);
}
