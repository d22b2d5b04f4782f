/** One view of a response: header, items, endings, footer. It has no state but what the reader did to it. */
import { asObject, asText, type JsonObject } from "../json.js";
import { Announcer } from "./announcer.js";
import { Card } from "./card.js";
import { el, said } from "./dom.js";
import { ErrorView, failureOf } from "./error.js";
import { Footer } from "./footer.js";
import { Header } from "./header.js";
import { icon } from "./icons.js";
import { viewFor } from "./registry.js";
import { type Picture, type Scene, sceneOf } from "./scene.js";
import { endingNote } from "./status.js";
import { Growing, plainSink } from "./text.js";
import { type Env, type Load, ViewList } from "./view.js";

const KERNEL_GONE = "The kernel is gone. What had arrived by then is kept; run the cell again for a new answer.";

export interface ViewOptions {
  cancel(): void;
  /** Send the request again. */
  retry(): void;
  /** Something that is no data changed, such as what is in sight: paint again. */
  repaint(): void;
  load: Load;
  /** Listeners live as long as this. */
  signal: AbortSignal;
}

export class ResponseView {
  readonly el = el("div", "streamcell");
  #header: Header;
  #body = el("div", "sc-body");
  #items = new ViewList(this.#body, viewFor);
  // The drawing looks like a sound's.
  #spoken = new Card("broken", "Spoken answer");
  #transcript = new Growing(plainSink(this.#spoken.body.appendChild(el("div", "sc-plain"))));
  #ending = el("div", "sc-ending");
  #error: ErrorView;
  #footer: Footer;
  #announcer = new Announcer();
  #shownEnding = "";
  #isRunning = false;
  #isHeaderSeen = true;
  #load: Load;

  constructor({ cancel, retry, repaint, load, signal }: ViewOptions) {
    this.#load = load;
    this.#error = new ErrorView(retry);
    this.#header = new Header(cancel);
    this.#footer = new Footer(cancel);
    this.#spoken.el.classList.add("sc-item");
    this.el.tabIndex = -1;
    this.#body.setAttribute("role", "log");
    this.#body.setAttribute("aria-live", "off");
    this.#body.setAttribute("aria-label", "Answer");
    this.el.append(this.#header.el, this.#body, this.#ending, this.#error.el, this.#footer.el, this.#announcer.el);
    this.el.addEventListener("keydown", (event) => this.#onKey(event, cancel), { signal });
    this.#watchHeader(repaint, signal);
  }

  /** Paints the picture. `announces`: of several views, one speaks. */
  update(picture: Picture, announces: boolean): void {
    const scene = sceneOf(picture);
    this.#isRunning = scene.running;
    // This hides the static copy: not before there is something to show in its place.
    if ("status" in picture.response) this.el.setAttribute("data-sc-root", "");
    this.el.setAttribute("data-sc-status", scene.status);
    this.el.setAttribute("data-sc-connected", String(scene.connected));
    this.#body.setAttribute("aria-busy", String(scene.running));
    this.#header.update(scene);
    this.#items.update(scene.output, ["output"], envOf(scene, this.#load));
    this.#paintSpoken(scene);
    this.#paintEnding(scene);
    this.#error.update(failureOf(scene.response), scene.annex.can_retry === true && scene.connected);
    this.#footer.update(scene, this.#isHeaderSeen);
    if (announces) this.#announcer.update(scene);
  }

  destroy(): void {
    this.#items.destroy();
    this.#footer.destroy();
    this.el.remove();
  }

  /** What a spoken answer says. Its sound is not played. */
  #paintSpoken({ annex, tails }: Scene): void {
    const text = asText(asObject(annex.audio).transcript);
    this.#transcript.update(text, ["streamcell", "audio", "transcript"], tails);
    if (text === "") this.#spoken.el.remove();
    else if (this.#body.lastChild !== this.#spoken.el) this.#body.append(this.#spoken.el);
  }

  #paintEnding(scene: Scene): void {
    const failure: JsonObject | null = failureOf(scene.response);
    const text = scene.isLost ? KERNEL_GONE : failure ? "" : endingNote(scene.status, scene.response);
    if (text === this.#shownEnding) return;
    this.#shownEnding = text;
    const notice = el("div", "sc-notice sc-tone-warn", icon(scene.look.icon), said("div", "sc-plain", text));
    this.#ending.replaceChildren(...(text === "" ? [] : [notice]));
  }

  #onKey(event: KeyboardEvent, cancel: () => void): void {
    if (event.key !== "Escape" || !this.#isRunning) return;
    event.stopPropagation();
    event.preventDefault();
    cancel();
  }

  /** A tall answer takes the header out of sight, and Stop with it: then the footer has one. */
  #watchHeader(repaint: () => void, signal: AbortSignal): void {
    if (typeof IntersectionObserver === "undefined") return;
    const observer = new IntersectionObserver((entries) => {
      this.#isHeaderSeen = entries.at(-1)?.isIntersecting ?? true;
      repaint();
    });
    observer.observe(this.#header.el);
    signal.addEventListener("abort", () => observer.disconnect());
  }
}

function envOf(scene: Scene, load: Load): Env {
  const { tails, running, status, annex, now, output, spent } = scene;
  return {
    tails,
    running,
    open: running,
    status,
    annex,
    now,
    spent,
    load,
    isLast: (index) => index === output.length - 1,
  };
}
