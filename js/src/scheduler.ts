/**
 * One painting per animation frame for everything on the page. It knows nothing of what is painted.
 *
 * The first after a pause does not wait for the frame: what a message brings is in the DOM when the message is done, on
 * average 8 ms sooner. What comes right after it is painted together, at the frame.
 *
 * A hidden tab gets no animation frames; a slow timer stands in for them, so that the page is right when it is looked
 * at (and when a test, or a screen reader, reads it without looking).
 */

/** How long to wait for an animation frame before painting without one, in milliseconds. */
export const FALLBACK_MS = 250;

/** Longest stretch of painting in one frame, in milliseconds: what is left over waits for the next one. */
export const BUDGET_MS = 12;

/** So long after a painting the next one waits for an animation frame, in milliseconds. */
export const PAUSE_MS = 16;

/** The page's clocks; tests hand in their own. */
export interface Beat {
  /** Runs when what runs now is done, before anything else. */
  soon(run: () => void): void;
  requestFrame(run: () => void): number;
  cancelFrame(id: number): void;
  setTimer(run: () => void, ms: number): number;
  clearTimer(id: number): void;
  /** Milliseconds, steady. */
  now(): number;
}

export const pageBeat: Beat = {
  soon: (run) => queueMicrotask(run),
  requestFrame: (run) => requestAnimationFrame(run),
  cancelFrame: (id) => cancelAnimationFrame(id),
  setTimer: (run, ms) => setTimeout(run, ms) as unknown as number,
  clearTimer: (id) => clearTimeout(id),
  now: () => performance.now(),
};

export class Scheduler {
  #beat: Beat;
  #tasks = new Set<() => void>();
  #frame = 0;
  #timer = 0;
  #painted = Number.NEGATIVE_INFINITY;
  #soon = false;

  constructor(beat: Beat = pageBeat) {
    this.#beat = beat;
  }

  /** Runs `task` once at the next frame, however often it is asked for until then. */
  schedule(task: () => void): void {
    this.#tasks.add(task);
    this.#ask();
    if (this.#soon || this.#beat.now() - this.#painted < PAUSE_MS) return;
    this.#soon = true;
    this.#beat.soon(() => {
      this.#soon = false;
      if (this.#tasks.size > 0) this.#paint();
    });
  }

  /** Forgets a task that was scheduled. */
  drop(task: () => void): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0) this.#unask();
  }

  #ask(): void {
    if (this.#frame) return;
    this.#frame = this.#beat.requestFrame(() => this.#paint());
    this.#timer = this.#beat.setTimer(() => this.#paint(), FALLBACK_MS);
  }

  #unask(): void {
    this.#beat.cancelFrame(this.#frame);
    this.#beat.clearTimer(this.#timer);
    this.#frame = this.#timer = 0;
  }

  #paint(): void {
    this.#unask();
    const until = this.#beat.now() + BUDGET_MS;
    const due = [...this.#tasks];
    for (const task of due) {
      if (this.#beat.now() > until) break;
      // Taken out before it runs: a task may ask for another frame.
      if (this.#tasks.delete(task)) runAlone(task);
    }
    this.#painted = this.#beat.now();
    if (this.#tasks.size > 0) this.#ask();
  }
}

/** One view's fault must not keep the others from being painted. */
function runAlone(task: () => void): void {
  try {
    task();
  } catch (error) {
    console.error("streamcell: a view could not be painted", error);
  }
}
