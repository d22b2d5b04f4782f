/**
 * Tells a screen reader what happens: changes of state, and whole sentences now and then. Tokens would drown it, so the
 * answer itself is not a live region.
 */
import type { Json } from "../json.js";
import { el, setText } from "./dom.js";
import { answerOf, type Scene } from "./scene.js";

/** Least time between two pieces of the answer, in milliseconds. */
const PAUSE_MS = 3000;
/** Longest piece; what does not fit is left to the reader, who finds it in the answer. */
const LONGEST = 300;

export class Announcer {
  readonly el = el("div", "sc-live-region");
  #word = "";
  #read = 0;
  #saidAt = 0;

  constructor() {
    this.el.setAttribute("role", "status");
    this.el.setAttribute("aria-live", "polite");
  }

  update({ look, output, running, now }: Scene): void {
    if (look.word !== this.#word) {
      this.#word = look.word;
      const rest = running ? "" : this.#next(output, true);
      this.#say(`${look.word}. ${rest}`.trim(), now);
    } else if (running && now - this.#saidAt >= PAUSE_MS) {
      const sentences = this.#next(output, false);
      if (sentences !== "") this.#say(sentences, now);
    }
  }

  #say(text: string, now: number): void {
    this.#saidAt = now;
    setText(this.el, text);
  }

  /** What came since the last time, up to the end of a sentence (or the very end). */
  #next(output: Json[], isEnd: boolean): string {
    const fresh = answerOf(output).slice(this.#read);
    const end = isEnd ? fresh.length : lastSentenceEnd(fresh);
    this.#read += end;
    const text = speakable(fresh.slice(0, end));
    return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)} …`;
  }
}

function lastSentenceEnd(text: string): number {
  let end = 0;
  for (const match of text.matchAll(/[.!?。！？][)"\]”’*_`~]*(?=\s)|\n\n/g)) end = match.index + match[0].length;
  return end;
}

/** Without the marks of markdown. */
function speakable(text: string): string {
  return text
    .replace(/[*_`#>|~]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}
