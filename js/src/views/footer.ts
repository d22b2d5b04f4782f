/** The line below the answer: usage, speed, what was not understood, Copy; and Stop while the header is out of sight. */
import { asNumber, asObject, type JsonObject } from "../json.js";
import { button, el, ownKeys, said, setText, ui } from "./dom.js";
import { count, duration, plural } from "./format.js";
import { StopButton } from "./header.js";
import { answerOf, type Scene, type Usage, usageOf } from "./scene.js";

/** How long "Copied" stands, in milliseconds. */
const COPIED_MS = 1500;

export class Footer {
  readonly el = ui(el("div", "sc-foot"));
  #facts = el("span", "sc-usage");
  #odd = new OddList();
  #stop: StopButton;
  #copy: HTMLButtonElement;
  #copied: ReturnType<typeof setTimeout> | undefined;
  #answer = "";

  constructor(cancel: () => void) {
    this.#stop = new StopButton(cancel);
    this.#copy = button("sc-button sc-copy", "Copy", () => this.#copyAnswer());
    this.el.append(this.#facts, el("span", "sc-foot-side", this.#copy, this.#stop.el), this.#odd.el);
  }

  update(scene: Scene, isHeaderSeen: boolean): void {
    this.#paintFacts(usageOf(scene));
    this.#odd.update(scene.annex);
    this.#stop.update(scene);
    this.#stop.el.hidden ||= isHeaderSeen;
    // Gathering the answer costs its length, so it waits for the end.
    this.#answer = scene.running ? "" : answerOf(scene.output);
    this.#copy.hidden = this.#answer === "" || !navigator.clipboard;
  }

  #paintFacts(usage: Usage | null): void {
    const facts = usage ? factsOf(usage) : [];
    if (this.#facts.textContent === facts.map(([text]) => text).join("")) return;
    this.#facts.replaceChildren(...facts.map(([text, title]) => fact(text, title)));
  }

  destroy(): void {
    clearTimeout(this.#copied);
  }

  async #copyAnswer(): Promise<void> {
    const say = (word: string) => setText(this.#copy, word);
    await navigator.clipboard.writeText(this.#answer).then(
      () => say("Copied"),
      () => say("Not allowed"),
    );
    clearTimeout(this.#copied);
    this.#copied = setTimeout(() => say("Copy"), COPIED_MS);
  }
}

function factsOf(usage: Usage): [text: string, title: string][] {
  const facts: [string | null, string][] = [
    [usage.input === null ? null : `${count(usage.input)} in`, "Input tokens"],
    [usage.cached > 0 ? `${count(usage.cached)} cached` : null, "Input tokens read from the cache"],
    [usage.output === null ? null : `${count(usage.output)} out`, "Output tokens"],
    [usage.reasoning > 0 ? `${count(usage.reasoning)} reasoning` : null, "Output tokens spent on reasoning"],
    [usage.total === null ? null : `${count(usage.total)} tokens`, "Input and output tokens"],
    [
      usage.firstTextMs === null ? null : `first text ${duration(usage.firstTextMs)}`,
      "From the request to the first text",
    ],
    [usage.rate === null ? null : `${usage.rate.toFixed(usage.rate < 10 ? 1 : 0)} tok/s`, "Output tokens a second"],
  ];
  return facts.filter((fact): fact is [string, string] => fact[0] !== null);
}

function fact(text: string, title: string): HTMLElement {
  const element = el("span", "sc-fact", text);
  element.title = title;
  return element;
}

/** Events that no row of the provider's table names, and oddities that were read round: counted, folded. */
class OddList {
  readonly el = el("details", "sc-fold sc-odd");
  #head = ownKeys(el("summary"));
  #list = el("ul");
  #shown: unknown[] = [];

  constructor() {
    this.el.append(this.#head, this.#list);
    this.el.hidden = true;
  }

  update(annex: JsonObject): void {
    if (this.#shown[0] === annex.unknown_events && this.#shown[1] === annex.warnings) return;
    this.#shown = [annex.unknown_events, annex.warnings];
    const events = counts(annex.unknown_events);
    const warnings = counts(annex.warnings);
    const heads = [
      events.length > 0 ? `${plural(sum(events), "event")} of ${plural(events.length, "unknown type")}` : "",
      warnings.length > 0 ? plural(sum(warnings), "warning") : "",
    ];
    setText(this.#head, heads.filter(Boolean).join(" · "));
    this.#list.replaceChildren(
      ...[...events, ...warnings].map(([name, times]) => el("li", "", said("span", "sc-mono", name), ` × ${times}`)),
    );
    this.el.hidden = events.length + warnings.length === 0;
  }
}

function counts(value: unknown): [string, number][] {
  return Object.entries(asObject(value)).map(([name, times]) => [name, asNumber(times) ?? 0]);
}

function sum(entries: [string, number][]): number {
  return entries.reduce((total, [, times]) => total + times, 0);
}
