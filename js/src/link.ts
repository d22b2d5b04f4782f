/**
 * Model ↔ store: keeps frames in order, asks for a snapshot when one is missing, acknowledges, cancels.
 *
 * It is the only module that speaks over the comm. It knows nothing of views, and what the values mean only the store's
 * ops say. A kernel may not hear us while a cell runs: nothing here waits for an answer before it goes on applying.
 */
import { type Model, sendControl } from "./host.js";
import { asObject } from "./json.js";
import { FrameError, type Store } from "./store.js";
import type { Frame, Part, Resync, Snapshot, Tail, ToKernel } from "./wire.gen.js";

/** Least time between two acknowledgements, in milliseconds. The kernel waits after 2 s, and each costs it a dispatch. */
export const ACK_MS = 1000;
/** So many characters of messages are acknowledged without waiting for that: the kernel waits at four times as many. */
export const ACK_CHARS = 64 * 1024;
/** An unanswered request is repeated after so long, then after twice that, and so on up to the second number. */
export const RETRY_MS = [1000, 8000] as const;
/** So many first requests of a page are unanswered at a time: after a reload all its models ask one kernel at once. */
export const MAX_ASKED = 8;
/** So many frames that came too early are kept; beyond it the snapshot has to bring them. */
export const MAX_EARLY = 512;

/** Timers, so that tests can hand in their own. */
export interface Clock {
  now(): number;
  set(run: () => void, ms: number): number;
  clear(id: number): void;
}

export const pageClock: Clock = {
  now: () => performance.now(),
  set: (run, ms) => setTimeout(run, ms) as unknown as number,
  clear: (id) => clearTimeout(id),
};

interface Request {
  why: Resync["why"];
  delay: number;
  /** The timer that repeats it; 0 before it was sent. Pages number timers from 1, and clearing 0 does nothing. */
  timer: number;
  send(): void;
}

/** The first requests of a page, in their order: each is sent once few enough before it are unanswered. */
export class Line {
  /** When a snapshot last came, for whichever model of the page. */
  heard = 0;
  // The first `MAX_ASKED` of them were sent.
  #asking = new Set<Request>();
  #isSending = false;

  join(request: Request): void {
    this.#asking.add(request);
    this.#go();
  }

  /** The request was answered, or has waited long enough; one that is not here does no harm. */
  leave(request: Request): void {
    if (this.#asking.delete(request)) this.#go();
  }

  #go(): void {
    if (this.#isSending) return; // one that finds its kernel gone leaves while it is sent
    this.#isSending = true;
    let places = MAX_ASKED;
    for (const request of this.#asking) {
      if (request.timer === 0) request.send();
      if (this.#asking.has(request) && --places === 0) break;
    }
    this.#isSending = false;
  }
}

export class Link {
  /** False once a message could not be sent, or the kernel is known to be gone; true again when it is heard. */
  connected = true;
  /** Cancel was sent. */
  stopping = false;
  /** The stream's last frame was applied. */
  ended = false;

  // By `kind`; what else a message must hold is the contract of wire.py.
  #handlers = new Map<unknown, (message: never) => void>([
    ["frame", this.#onFrame],
    ["snapshot", this.#onSnapshot],
    ["tail", this.#onTail],
  ]);
  #model: Model;
  #store: Store;
  #changed: () => void;
  #clock: Clock;
  #line: Line;
  #epoch = "";
  // Epochs that another one has followed: their late frames are dropped.
  #past = new Set<string>();
  #early = new Map<number, Frame>();
  // The highest seq known to exist. While a request is out, it stands until all up to here was applied.
  #known = 0;
  #request: Request | null = null;
  #acked = { seq: 0, at: Number.NEGATIVE_INFINITY };
  // Of what was applied since the last acknowledgement.
  #unackedChars = 0;
  #ackTimer = 0;

  constructor(model: Model, store: Store, changed: () => void, clock: Clock = pageClock, line = new Line()) {
    this.#model = model;
    this.#store = store;
    this.#changed = changed;
    this.#clock = clock;
    this.#line = line;
    model.on("msg:custom", this.#onMessage);
  }

  /** Reads the messages that came before the link was made; asks for a snapshot unless they tell the whole story. */
  start(queued: readonly (readonly [unknown, ...unknown[]])[]): void {
    for (const [content] of queued) this.#onMessage(content);
    if (this.#epoch === "") this.#ask("start");
  }

  /** Asks the kernel to stop the stream. */
  cancel(): void {
    if (this.#send({ kind: "cancel" })) this.stopping = true;
    this.#changed();
  }

  /** Asks the kernel to send the same request again, after a failure. */
  retry(): void {
    this.#send({ kind: "retry" });
  }

  /** Asks for a part of the page's code, as the loader does too; but that may be heard only when a cell has ended. */
  want(part: Part): void {
    const request = { kind: "module_request", hash: "", part } as const;
    if (this.#isForControl(request)) this.#send(request);
  }

  /** The kernel is known to be gone: nothing more is asked of it. */
  lost(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#settle();
    this.#changed();
  }

  close(): void {
    this.#model.off("msg:custom", this.#onMessage);
    this.#settle();
    this.#clock.clear(this.#ackTimer);
    this.#ackTimer = 0;
  }

  #onMessage = (content: unknown): void => {
    const handle = this.#handlers.get(asObject(content).kind);
    if (!handle) return; // the loader's, or a newer kernel's
    this.connected = true;
    handle.call(this, content as never);
    this.#changed();
  };

  #onFrame(frame: Frame): void {
    if (!this.#enter(frame) || frame.seq <= this.#store.seq) return;
    this.#known = Math.max(this.#known, frame.seq);
    if (this.#early.size >= MAX_EARLY) this.#early.clear();
    this.#early.set(frame.seq, frame);
    this.#advance();
  }

  #onSnapshot(snapshot: Snapshot): void {
    this.#line.heard = this.#clock.now();
    if (!this.#enter(snapshot)) return;
    this.#known = Math.max(this.#known, snapshot.seq);
    // Broadcast to all pages: what another page asked for may be older than what stands here.
    if (snapshot.seq > this.#store.seq || this.#store.snapshot === null) {
      this.#store.replace(snapshot);
      this.#unackedChars = ACK_CHARS; // how large it is nobody needs to know
      this.ended = snapshot.end === true;
    }
    this.#advance();
  }

  #onTail(tail: Tail): void {
    if (!this.#enter(tail)) return;
    this.#known = Math.max(this.#known, tail.seq);
    this.#advance();
    // The kernel says this when it has not heard us; what we said may have been lost.
    if (this.#store.seq >= tail.seq) this.#ack(true);
  }

  /** Takes up the message's epoch if it is new; false when it is one that is over. */
  #enter({ epoch }: { epoch: string }): boolean {
    if (this.#past.has(epoch)) return false;
    if (epoch === this.#epoch) return true;
    if (this.#epoch !== "") this.#past.add(this.#epoch);
    this.#epoch = epoch;
    this.#early.clear();
    this.#known = 0;
    this.#acked.seq = 0;
    this.ended = this.stopping = false;
    this.#store.restart();
    return true;
  }

  /** Applies what is in order; then asks for a snapshot if something is missing, or is glad that nothing is. */
  #advance(): void {
    const fits = this.#applyEarly();
    if (this.#store.seq >= this.#known) this.#settle();
    else if (!fits) this.#ask("bad_frame");
    else if (this.#store.snapshot !== null) this.#ask("gap");
    else this.#ask(this.#past.size === 0 ? "start" : "epoch");
    if (this.#store.seq !== this.#acked.seq) this.#ackSoon();
  }

  #applyEarly(): boolean {
    for (const seq of this.#early.keys()) if (seq <= this.#store.seq) this.#early.delete(seq);
    for (;;) {
      const frame = this.#early.get(this.#store.seq + 1);
      if (!frame) return true;
      this.#early.delete(frame.seq);
      try {
        this.#store.apply(frame);
        this.#unackedChars += charsOf(frame);
      } catch (error) {
        console.error("streamcell: a frame did not fit", error instanceof FrameError ? error.message : error);
        return false;
      }
      if (frame.end) this.ended = true;
    }
  }

  #ask(why: Resync["why"]): void {
    if (this.#request || !this.connected) return;
    const request: Request = { why, delay: RETRY_MS[0], timer: 0, send: () => this.#sendRequest(request) };
    this.#request = request;
    if (why === "start") this.#line.join(request);
    else request.send();
  }

  #sendRequest(request: Request, isDue = true): void {
    request.timer = this.#clock.set(() => {
      // While others are answered, this one's turn will come. Asking again would cost a busy page one more snapshot.
      const isQuiet = this.#clock.now() - this.#line.heard >= request.delay;
      if (isQuiet) {
        this.#line.leave(request); // a kernel that is busy keeps no other one's models waiting
        request.delay = Math.min(request.delay * 2, RETRY_MS[1]);
      }
      this.#sendRequest(request, isQuiet);
    }, request.delay);
    if (isDue) this.#send({ kind: "resync", epoch: this.#epoch, have: this.#store.seq, why: request.why });
  }

  #settle(): void {
    const request = this.#request;
    this.#request = null;
    if (!request) return;
    this.#clock.clear(request.timer);
    this.#line.leave(request);
  }

  #ackSoon(): void {
    const isDue = this.ended || this.#unackedChars >= ACK_CHARS;
    const wait = isDue ? 0 : this.#acked.at + ACK_MS - this.#clock.now();
    if (wait <= 0) this.#ack();
    else this.#ackTimer ||= this.#clock.set(() => this.#ack(), wait);
  }

  #ack(again = false): void {
    this.#clock.clear(this.#ackTimer);
    this.#ackTimer = 0;
    if (!this.connected || (this.#store.seq === this.#acked.seq && !again)) return;
    this.#acked = { seq: this.#store.seq, at: this.#clock.now() };
    this.#unackedChars = 0;
    this.#send({ kind: "ack", epoch: this.#epoch, seq: this.#store.seq });
  }

  /** Whether the kernel wants that on its control channel. */
  #isForControl({ kind }: { kind: string }): boolean {
    const { control } = asObject(asObject(this.#store.snapshot).streamcell);
    return control === "all" || (control === "asks" && kind !== "ack");
  }

  /** Sending throws when the kernel was restarted or is dead; the text on the page stays. */
  #send(message: ToKernel): boolean {
    try {
      if (!(this.#isForControl(message) && sendControl(this.#model, { epoch: this.#epoch, message })))
        this.#model.send(message);
      return true;
    } catch {
      this.lost();
      return false;
    }
  }
}

/** About the length of a frame's text; what is set as an object counts little, and is little. */
function charsOf({ ops }: Frame): number {
  return ops.reduce((sum, [, , value]) => sum + (typeof value === "string" ? value.length : 0), 0);
}
