/**
 * The page side of one model: `attach` once a model, `render` once a view. All state is the model's; views only paint.
 *
 * Start reading here: messages → link → store → (one painting a frame) → views.
 */
import { interruptKernel, type Model, watchKernel } from "./host.js";
import { asObject } from "./json.js";
import { type Clock, Line, Link, pageClock } from "./link.js";
import { Scheduler } from "./scheduler.js";
import { Store } from "./store.js";
import { Times } from "./times.js";
import { ResponseView } from "./views/response.js";
import { isTerminal } from "./views/status.js";
import type { Load } from "./views/view.js";

/** A message that came before this module was there: content, buffers. */
export type Queued = readonly [unknown, ...unknown[]];

export interface Attached {
  /** Shows the model in `el`, until `signal` aborts or the function that comes back is called. */
  render(view: { el: HTMLElement; signal?: AbortSignal }): () => void;
  /** The model is gone: every view, timer and listener goes with it. */
  destroy(): void;
}

/** The page's clocks; tests hand in their own. */
export interface Seams {
  /** All models of the page are painted together. */
  scheduler: Scheduler;
  clock: Clock;
  /** All models of the page ask in turn. */
  line: Line;
  /** Unix time in milliseconds. */
  now(): number;
}

const page: Seams = { scheduler: new Scheduler(), clock: pageClock, line: new Line(), now: () => Date.now() };

/** A kernel that hears us has answered Stop by then; one that runs a cell and hears nothing is interrupted, once. */
const HEARD_MS = 300;

/** A running stream is painted though nothing came, when its clocks turn to the next of these. */
const TICK_MS = 1000;

/** `load` fetches further parts of the page's code; without it they never come. */
export function attach(
  { model, queued = [], load = never }: { model: Model; queued?: readonly Queued[]; load?: Load },
  seams = page,
): Attached {
  const life = new AbortController();
  const painter = new Painter(model, load, seams, life.signal);
  painter.link.start(queued);
  return {
    render: (view) => painter.show(view.el, view.signal),
    destroy: () => life.abort(),
  };
}

const never: Load = () => new Promise(() => {});

class Painter {
  readonly link: Link;
  #model: Model;
  #load: Load;
  #store = new Store();
  #times = new Times();
  #views = new Set<ResponseView>();
  #seams: Seams;
  #life: AbortSignal;
  #tick: number | null = null;
  // The last response: it stays on the page while a new numbering waits for its snapshot.
  #response = asObject(null);

  constructor(model: Model, load: Load, seams: Seams, life: AbortSignal) {
    this.#model = model;
    this.#load = load;
    this.#seams = seams;
    this.#life = life;
    this.link = new Link(model, this.#store, () => this.#changed(), seams.clock, seams.line);
    watchKernel(model, () => this.link.lost(), life);
    life.addEventListener("abort", () => this.#close());
  }

  show(host: HTMLElement, signal?: AbortSignal): () => void {
    const own = new AbortController();
    const until = AbortSignal.any([this.#life, own.signal, ...(signal ? [signal] : [])]);
    if (until.aborted) return () => undefined;
    const view = new ResponseView({
      cancel: () => this.#stop(),
      retry: () => this.link.retry(),
      repaint: () => this.#changed(),
      load: (part) => {
        this.link.want(part);
        return this.#load(part);
      },
      signal: until,
    });
    host.append(view.el);
    this.#views.add(view);
    until.addEventListener("abort", () => {
      this.#views.delete(view);
      view.destroy();
    });
    // Painted at once, all of them: they share the tails.
    this.#paint();
    return () => own.abort();
  }

  /** Asks for the end; where that is not heard because this very stream's cell blocks the kernel, interrupts it. */
  #stop(wait = HEARD_MS): void {
    this.link.cancel();
    this.#seams.clock.set(() => {
      const { status, streamcell } = asObject(this.#store.snapshot);
      if (!this.link.stopping || isTerminal(String(status)) || this.#life.aborted) return;
      if (wait === HEARD_MS && asObject(streamcell).blocking === true) interruptKernel(this.#model);
      this.#stop(wait * 8); // what was said may be lost, as while the page is offline
    }, wait);
  }

  #changed(): void {
    if (!this.#life.aborted) this.#seams.scheduler.schedule(this.#paint);
  }

  #paint = (): void => {
    if (this.#store.snapshot !== null) this.#response = asObject(this.#store.snapshot);
    const now = this.#seams.now();
    const running = this.link.connected && !isTerminal(String(this.#response.status ?? ""));
    if (this.#store.snapshot !== null) this.#times.observe(this.#response, running, now);
    const picture = {
      response: this.#response,
      tails: this.#store.takeTails(),
      connected: this.link.connected,
      stopping: this.link.stopping,
      now,
      elapsed: this.#times.elapsed(this.#response, now),
      spent: (index: number) => this.#times.spent(index, now),
    };
    let announces = true;
    for (const view of this.#views) {
      view.update(picture, announces);
      announces = false;
    }
    if (running) this.#keepTicking(picture.elapsed ?? 0);
  };

  #keepTicking(elapsed: number): void {
    if (this.#tick !== null || this.#views.size === 0) return;
    this.#tick = this.#seams.clock.set(
      () => {
        this.#tick = null;
        this.#changed();
      },
      TICK_MS - (elapsed % TICK_MS),
    );
  }

  #close(): void {
    this.link.close();
    this.#seams.scheduler.drop(this.#paint);
    if (this.#tick !== null) this.#seams.clock.clear(this.#tick);
  }
}
