/** The frame around a tool item: what it is, its name, its state; the body is the caller's. */
import type { JsonObject } from "../json.js";
import { el, said, setText, visible } from "./dom.js";
import { type Icon, icon } from "./icons.js";
import { itemLook } from "./status.js";
import type { Env } from "./view.js";

export class Card {
  readonly el = el("div", "sc-card");
  readonly body = el("div", "sc-card-body");
  #kind = el("span", "sc-card-kind");
  #name = el("span", "sc-card-name");
  #status = el("span", "sc-card-status");
  #shownName = "";

  constructor(drawing: Icon, kind: string) {
    this.el.setAttribute("role", "group");
    this.kind(kind);
    const head = el("div", "sc-card-head", icon(drawing), this.#kind, this.#name, this.#status);
    this.el.append(head, this.body);
  }

  /** Our own word for what the item is. */
  kind(word: string): void {
    setText(this.#kind, word);
    this.el.setAttribute("aria-label", word);
  }

  /** What the model or the server calls it. */
  name(name: string): void {
    if (name === this.#shownName) return;
    this.#shownName = name;
    this.#name.replaceChildren(...said("span", "", name).childNodes);
  }

  /** An id to be found by those who look for it. */
  hint(id: string): void {
    if (id !== "") this.#name.title = visible(id);
  }

  /** The item's status; `word` in place of the usual one. */
  status(item: JsonObject, env: Env, word?: string): void {
    const [usual, tone] = itemLook(item, env);
    setText(this.#status, tone === "live" ? (word ?? usual) : usual);
    this.#status.className = `sc-card-status sc-tone-${tone}`;
  }
}
