/** Draws the formulas of blocks that have closed, by a library that is loaded when the first one is there. */
import { revealed } from "./characters.js";

/** What draws formulas; see `maths/`. */
export type Maths = Pick<typeof import("./maths/index.js"), "render">;

/** Longer sources stay as they are. */
const LONGEST = 5000;
/** Milliseconds of drawing after which the page gets its turn. */
const BUDGET = 8;

export class Formulas {
  private maths: Maths | null = null;
  private isLoading = false;
  private isGone = false;
  private waiting: Element[] = [];

  constructor(private readonly load: (() => Promise<Maths>) | null) {}

  /** Draws what is not drawn yet of the formulas in `el`, now or when the library is there. */
  draw(el: Element): void {
    if (!this.load) return;
    const found = el.querySelectorAll(".sc-maths:not(.sc-drawn,[title])");
    const isBusy = this.waiting.length > 0;
    this.waiting.push(...found);
    if (this.maths && !isBusy) this.work();
    if (this.maths || this.isLoading || this.waiting.length === 0) return;
    this.isLoading = true;
    this.load().then(
      (maths) => {
        this.maths = maths;
        this.work();
      },
      () => {
        // The source is readable; the next formula asks again
        this.isLoading = false;
      },
    );
  }

  /** Nothing is to be drawn any more. */
  forget(): void {
    this.isGone = true;
  }

  private work(): void {
    const until = performance.now() + BUDGET;
    while (this.maths && !this.isGone && this.waiting.length > 0) {
      if (performance.now() > until) return void setTimeout(() => this.work());
      drawOne(this.waiting.shift() as HTMLElement, this.maths);
    }
  }
}

/** The source stays where it is, unseen: it is what is selected, copied and found. */
function drawOne(el: HTMLElement, maths: Maths): void {
  if (el.matches(".sc-drawn")) return;
  const text = el.textContent ?? "";
  const size = /^(?:\$\$|\\)/.test(text) ? 2 : 1;
  const into = el.ownerDocument.createElement("span");
  into.className = "sc-formula";
  try {
    if (text.length > LONGEST) throw new Error("This formula is too long to be drawn.");
    if (el.querySelector(".sc-hidden")) throw new Error("This formula holds hidden characters.");
    maths.render(text.slice(size, -size), /^(?:\$\$|\\\[)/.test(text), into);
    el.append(into);
    el.classList.add("sc-drawn");
  } catch (error) {
    el.title = revealed(String(error instanceof Error ? error.message : error)).slice(0, 300);
  }
}
