/** Stand-ins for the page and the kernel, and a source of chance that can be repeated. */
import type { Model } from "../src/host.js";
import type { Json } from "../src/json.js";
import type { Clock } from "../src/link.js";
import type { Beat } from "../src/scheduler.js";
import type { Op, ToKernel, ToPage } from "../src/wire.gen.js";

/** A comm whose kernel side is the test. */
export class FakeModel implements Model {
  sent: ToKernel[] = [];
  /** Sending throws, as it does after a kernel restart. */
  isDead = false;
  widget_manager?: unknown;
  #listeners = new Map<string, Set<(...args: never[]) => void>>();

  on(event: string, run: (...args: never[]) => void): void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(run));
  }

  off(event: string, run: (...args: never[]) => void): void {
    this.#listeners.get(event)?.delete(run);
  }

  send(content: unknown): void {
    if (this.isDead) throw new Error("Cannot send");
    this.sent.push(content as ToKernel);
  }

  hear(...messages: (ToPage | object)[]): void {
    for (const message of messages) this.emit("msg:custom", structuredClone(message), []);
  }

  emit(event: string, ...args: unknown[]): void {
    for (const run of [...(this.#listeners.get(event) ?? [])]) run(...(args as never[]));
  }

  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  sentOf<K extends ToKernel["kind"]>(kind: K): Extract<ToKernel, { kind: K }>[] {
    return this.sent.filter((message): message is Extract<ToKernel, { kind: K }> => message.kind === kind);
  }
}

/** A clock that stands until it is told to go on. */
export class FakeClock implements Clock, Beat {
  time = 0;
  isHidden = false;
  #next = 1;
  #timers = new Map<number, { at: number; run: () => void }>();
  #frames = new Map<number, () => void>();

  now = (): number => this.time;
  set = (run: () => void, ms: number): number => {
    this.#timers.set(this.#next, { at: this.time + ms, run });
    return this.#next++;
  };
  clear = (id: number): void => {
    this.#timers.delete(id);
  };
  setTimer = this.set;
  clearTimer = this.clear;
  /** Never: nothing here is done until the test says so, at a frame. */
  soon: Beat["soon"] = () => undefined;
  requestFrame = (run: () => void): number => {
    this.#frames.set(this.#next, run);
    return this.#next++;
  };
  cancelFrame = (id: number): void => {
    this.#frames.delete(id);
  };

  get waiting(): number {
    return this.#timers.size + this.#frames.size;
  }

  /** The page's next animation frame, unless it is hidden. */
  frame(): void {
    if (this.isHidden) return;
    const due = [...this.#frames.values()];
    this.#frames.clear();
    for (const run of due) run();
  }

  /** Lets time pass; timers run in their order. */
  pass(ms: number): void {
    const until = this.time + ms;
    for (;;) {
      const [id, timer] =
        [...this.#timers].filter(([, { at }]) => at <= until).sort(([, a], [, b]) => a.at - b.at)[0] ?? [];
      if (id === undefined || timer === undefined) break;
      this.#timers.delete(id);
      this.time = Math.max(this.time, timer.at);
      timer.run();
    }
    this.time = until;
  }
}

/** Numbers that look random, the same for the same seed (mulberry32). */
export function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

/** `list` cut into pieces at random places. */
export function cut<T>(list: readonly T[], random: (below: number) => number): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < list.length; ) {
    const length = 1 + random(8);
    pieces.push(list.slice(at, at + length));
    at += length;
  }
  return pieces;
}

/** What is true of every response before its first event. */
export function emptyResponse(more: Record<string, Json> = {}): Record<string, Json> {
  return {
    id: null,
    object: "response",
    status: "queued",
    model: null,
    output: [],
    error: null,
    incomplete_details: null,
    usage: null,
    streamcell: { api: "responses", unknown_events: {}, warnings: {} },
    ...more,
  };
}

const TEXT =
  "Hé 😀! **bold** and `code`, a [link](https://example.org).\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n";

/** The ops of a whole stream: reasoning, an answer, a function call, and an ending. */
export function streamOps(): Op[] {
  const grow = (path: (string | number)[], text: string): Op[] =>
    Array.from(text, (character): Op => ["append", path, character]);
  return [
    ["set", [], emptyResponse()],
    ["set", ["status"], "in_progress"],
    ["set", ["model"], "m-1"],
    ["set", ["output", 0], { type: "reasoning", summary: [] }],
    ["set", ["output", 0, "summary", 0], { type: "summary_text", text: "" }],
    ...grow(["output", 0, "summary", 0, "text"], "**Topic**\n\nthinking of it"),
    ["set", ["output", 1], { type: "message", status: "in_progress", content: [] }],
    ["set", ["output", 1, "content", 0], { type: "output_text", text: "", annotations: [] }],
    ...grow(["output", 1, "content", 0, "text"], TEXT),
    // A `done` that says otherwise wins over what was gathered.
    ["set", ["output", 1, "content", 0, "text"], `${TEXT}\nThe end`],
    ...grow(["output", 1, "content", 0, "text"], ", late."),
    ["set", ["output", 1, "status"], "completed"],
    ["set", ["output", 2], { type: "function_call", name: "f", call_id: "c1", arguments: "", status: "in_progress" }],
    ...grow(["output", 2, "arguments"], '{"city": "Paris \\ud83d\\ude00", "n": [1, 2.5, true, null], "o": {}}'),
    ["set", ["output", 2, "status"], "completed"],
    ["set", ["usage"], { input_tokens: 3, output_tokens: 5, total_tokens: 8 }],
    ["set", ["streamcell", "elapsed_ms"], 1500],
    ["set", ["status"], "completed"],
  ];
}
