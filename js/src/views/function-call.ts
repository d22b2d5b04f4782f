/** A function call: its name, and its arguments as they are written. */
import { asText, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { Card } from "./card.js";
import { el } from "./dom.js";
import { following } from "./follow.js";
import { jsonSink } from "./json-view.js";
import { isItemOpen } from "./status.js";
import { Growing } from "./text.js";
import type { Env, View } from "./view.js";

export class FunctionCallView implements View {
  #card = new Card("function", "Function call");
  readonly el = this.#card.el;
  #json = el("div", "sc-json");
  #arguments = new Growing(jsonSink(this.#json));

  constructor() {
    this.#card.body.append(this.#json);
  }

  update(item: JsonObject, path: Path, env: Env): void {
    const json = asText(item.arguments);
    const isOpen = isItemOpen(item, env);
    this.#card.name(asText(item.name));
    this.#card.hint(asText(item.call_id));
    this.#card.status(item, env, "writing arguments");
    following(this.#card.body, isOpen, () => this.#arguments.update(json, [...path, "arguments"], env.tails));
    this.#json.classList.toggle("sc-none", !isOpen && json.trim() === "");
  }
}
