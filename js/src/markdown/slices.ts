/** Much text at once, taken in slices so that the page answers in between. Little text is taken at once. */

/** Characters that are taken without looking at the clock. */
const SLICE = 8192;
/** Milliseconds after which the page gets its turn. */
const BUDGET = 8;

export class Slices {
  private text = "";
  private from = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private isEnding = false;

  constructor(
    private readonly push: (text: string) => void,
    private readonly end: () => void,
  ) {}

  add(text: string): void {
    this.text = this.text.slice(this.from) + text;
    this.from = 0;
    if (!this.timer) this.work();
  }

  /** Nothing more is added; `end` is called when all is taken. */
  finish(): void {
    this.isEnding = true;
    if (!this.timer) this.end();
  }

  /** Forgets what is not yet taken. */
  cancel(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.text = "";
    this.from = 0;
  }

  private work(): void {
    this.timer = null;
    const until = performance.now() + BUDGET;
    do this.slice();
    while (this.from < this.text.length && performance.now() < until);
    if (this.from < this.text.length) this.timer = setTimeout(() => this.work());
    else if (this.isEnding) this.end();
  }

  private slice(): void {
    const { text, from } = this;
    let to = Math.min(text.length, from + SLICE);
    // Both halves of a character stay together
    if (to < text.length && /[\ud800-\udbff]/.test(text.charAt(to - 1))) to++;
    this.from = to;
    this.push(text.slice(from, to));
  }
}
