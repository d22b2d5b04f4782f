/** The line above the answer: status, model, label, remarks, time, Stop. */
import { asText } from "../json.js";
import { button, el, said, setText, ui } from "./dom.js";
import { duration, ticking } from "./format.js";
import { icon } from "./icons.js";
import type { Scene } from "./scene.js";

/** A kernel that has not answered Stop after so many milliseconds is busy. */
const SLOW_STOP_MS = 2000;

export class Header {
  readonly el = ui(el("div", "sc-head"));
  #status = el("span", "sc-status");
  #word = el("span", "sc-status-word");
  #model = el("span", "sc-model");
  #label = el("span", "sc-pill");
  #note = el("span", "sc-remark");
  #time = el("span", "sc-time");
  #stop: StopButton;
  #shown = { icon: "", model: "", label: "", note: "" };
  #stoppingSince = 0;

  constructor(cancel: () => void) {
    this.#stop = new StopButton(cancel);
    // Two boxes: remarks that come and go wrap in the first, and never move the Stop button in the second.
    const main = el("span", "sc-head-main", this.#status, this.#model, this.#label, this.#note);
    this.el.append(main, el("span", "sc-head-side", this.#time, this.#stop.el));
  }

  update(scene: Scene): void {
    this.#paintStatus(scene);
    this.#say("model", this.#model, asText(scene.response.model));
    this.#say("label", this.#label, asText(scene.annex.label));
    this.#say("note", this.#note, this.#noteOf(scene));
    const ms = scene.elapsed;
    setText(this.#time, ms === null ? "" : scene.running ? ticking(ms) : duration(ms));
    this.#stop.update(scene);
  }

  #paintStatus({ look }: Scene): void {
    this.#status.className = `sc-status sc-tone-${look.tone}`;
    setText(this.#word, look.word);
    if (this.#shown.icon === look.icon) return;
    this.#shown.icon = look.icon;
    this.#status.replaceChildren(icon(look.icon), this.#word);
  }

  #say(key: "model" | "label" | "note", element: HTMLElement, text: string): void {
    if (this.#shown[key] === text && element.hidden === (text === "")) return;
    this.#shown[key] = text;
    element.hidden = text === "";
    element.replaceChildren(...said("span", "", text).childNodes);
  }

  #noteOf(scene: Scene): string {
    if (!scene.stopping || !scene.running) this.#stoppingSince = 0;
    else this.#stoppingSince ||= scene.now;
    const isSlow = this.#stoppingSince !== 0 && scene.now - this.#stoppingSince >= SLOW_STOP_MS;
    if (isSlow) return "The kernel has not heard Stop yet. Interrupt the kernel to stop at once.";
    return asText(scene.annex.note);
  }
}

/** Stop, while there is something to stop. */
export class StopButton {
  readonly el: HTMLButtonElement;

  constructor(cancel: () => void) {
    this.el = button("sc-button sc-stop", "Stop", cancel);
    this.el.title = "Stop (Esc)";
    this.el.setAttribute("aria-keyshortcuts", "Escape");
  }

  update({ running, stopping, connected }: Scene): void {
    this.el.hidden = !running;
    this.el.disabled = stopping || !connected;
    setText(this.el, stopping ? "Stopping…" : "Stop");
  }
}
