/** Draws the formulas of blocks that have closed, by a library that is loaded when the first one is there. */

/** What draws formulas; see `maths/`. */
export type Maths = Pick<typeof import("./maths/index.js"), "show">;

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
      this.maths.show(this.waiting.shift() as HTMLElement);
    }
  }
}
