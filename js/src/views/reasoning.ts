/** A reasoning item: open while it grows, folded afterwards, unless the reader has a hand on it. */
import { asList, asObject, asText, type Json, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { el, ownKeys, said } from "./dom.js";
import { following } from "./follow.js";
import { duration, ticking } from "./format.js";
import { icon } from "./icons.js";
import { partList } from "./message.js";
import { isItemOpen } from "./status.js";
import type { Env, View } from "./view.js";

export class ReasoningView implements View {
  readonly el = el("details", "sc-reasoning");
  #state = el("span", "sc-reasoning-state");
  #topic = el("span", "sc-reasoning-topic");
  #body = el("div", "sc-reasoning-body");
  #summary = partList(this.#body.appendChild(el("div")));
  #content = partList(this.#body.appendChild(el("div")));
  #isTouched = false;
  #isEmpty = true;

  constructor() {
    const head = ownKeys(el("summary", "", icon("chevron"), icon("think"), this.#state, this.#topic));
    head.addEventListener("click", (event) => {
      this.#isTouched = true;
      if (this.#isEmpty) event.preventDefault();
    });
    this.el.append(head, this.#body);
  }

  /** The clock in the summary line, and whether something came after this item. */
  watch(path: Path, env: Env): unknown {
    const spent = env.spent(path.at(-1) as number);
    return `${isThinking(path, env)} ${spent === null ? "" : ticking(spent)}`;
  }

  update(item: JsonObject, path: Path, env: Env): void {
    const thinking = isThinking(path, env) && asText(item.status) !== "completed";
    // Some servers go on with it after the next item has begun.
    const parts = { ...env, open: isItemOpen(item, env) };
    following(this.#body, thinking, () => {
      this.#summary.update(asList(item.summary), [...path, "summary"], parts);
      this.#content.update(asList(item.content), [...path, "content"], parts);
    });
    this.#isEmpty = asList(item.summary).length + asList(item.content).length === 0;
    this.#head(item, env.spent(path.at(-1) as number), thinking);
    this.#fold(thinking);
  }

  destroy(): void {
    this.#summary.destroy();
    this.#content.destroy();
  }

  #head(item: JsonObject, spent: number | null, thinking: boolean): void {
    const time =
      spent === null ? "" : thinking ? ` ${ticking(spent)}` : ` for ${spent < 1000 ? "a moment" : duration(spent)}`;
    this.#state.replaceChildren(`${thinking ? "Thinking" : "Thought"}${time}`);
    const topic = thinking ? topicOf(asList(item.summary)) : "";
    this.#topic.replaceChildren(...said("span", "", topic).childNodes);
    this.el.classList.toggle("sc-live", thinking);
    this.el.classList.toggle("sc-empty", this.#isEmpty);
  }

  #fold(thinking: boolean): void {
    if (this.#isTouched || this.#isSelected()) return;
    this.el.open = thinking && !this.#isEmpty;
  }

  #isSelected(): boolean {
    const selection = document.getSelection();
    return selection !== null && !selection.isCollapsed && this.#body.contains(selection.anchorNode);
  }
}

/** Reasoning items often have no status of their own: the next item ends them. */
function isThinking(path: Path, env: Env): boolean {
  return env.running && env.isLast(path.at(-1) as number);
}

/** Summaries begin with a heading in bold; the newest one says what the model is at. */
function topicOf(summary: Json[]): string {
  const text = asText(asObject(summary.at(-1) ?? null).text);
  return /^\s*\*\*([^*\n]{1,100})\*\*/.exec(text)?.[1] ?? "";
}
