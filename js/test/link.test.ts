import { describe, expect, it, vi } from "vitest";
import { watchKernel } from "../src/host.js";
import type { JsonObject } from "../src/json.js";
import { ACK_CHARS, ACK_MS, Line, Link, MAX_ASKED, MAX_EARLY, RETRY_MS } from "../src/link.js";
import { Store } from "../src/store.js";
import type { Frame, Op, Snapshot } from "../src/wire.gen.js";
import { chance, cut, emptyResponse, FakeClock, FakeModel, streamOps } from "./fakes.js";

const EPOCH = "e1";

function setUp(queued: [unknown][] = []) {
  const model = new FakeModel();
  const store = new Store();
  const clock = new FakeClock();
  const changed = vi.fn();
  const link = new Link(model, store, changed, clock);
  link.start(queued);
  return { model, store, clock, changed, link };
}

function frame(seq: number, ops: Op[] = [], more: Partial<Frame> = {}): Frame {
  return { kind: "frame", epoch: EPOCH, seq, ops, ...more };
}

function snapshot(seq: number, response: JsonObject, more: Partial<Snapshot> = {}): Snapshot {
  return { kind: "snapshot", epoch: EPOCH, seq, response, ...more };
}

const FIRST = frame(1, [["set", [], { text: "" }]]);
const add = (seq: number, text: string) => frame(seq, [["append", ["text"], text]]);
const textOf = (store: Store) => (store.snapshot as { text: string } | null)?.text;
/** Frames that do not fit are said on the console; these tests make them on purpose. */
const hush = () => vi.spyOn(console, "error").mockImplementation(() => undefined);

describe("attaching", () => {
  it("asks for a snapshot when nothing was heard yet", () => {
    const { model, clock } = setUp();
    expect(model.sent).toEqual([{ kind: "resync", epoch: "", have: 0, why: "start" }]);
    model.hear(snapshot(4, { text: "abc" }));
    clock.pass(60_000);
    expect(model.sentOf("resync")).toHaveLength(1);
  });

  it("asks for nothing when the queue tells the whole story", () => {
    const { model, store } = setUp([[FIRST], [add(2, "a")], [{ kind: "module", hash: "x" }]]);
    expect(textOf(store)).toBe("a");
    expect(model.sentOf("resync")).toEqual([]);
  });

  it("asks for a snapshot when the queue begins late", () => {
    const { model, store } = setUp([[add(5, "x")]]);
    expect(model.sentOf("resync")).toEqual([{ kind: "resync", epoch: EPOCH, have: 0, why: "start" }]);
    model.hear(add(6, "y"), snapshot(5, { text: "....x" }));
    expect(textOf(store)).toBe("....xy");
  });

  it("has one request out when frames come before the snapshot it asked for", () => {
    const { model, store, clock } = setUp();
    model.hear(add(7, "g"), add(8, "h"));
    expect(model.sentOf("resync")).toHaveLength(1);
    model.hear(snapshot(7, { text: "abcdefg" }));
    expect(textOf(store)).toBe("abcdefgh");
    clock.pass(60_000);
    expect(model.sentOf("resync")).toHaveLength(1);
  });

  it("twice to one model reads the same from both", () => {
    const model = new FakeModel();
    const stores = [new Store(), new Store()];
    for (const store of stores) new Link(model, store, () => undefined, new FakeClock()).start([]);
    model.hear(FIRST, add(2, "a"), add(3, "b"));
    expect(stores.map(textOf)).toEqual(["ab", "ab"]);
  });
});

describe("many models that begin at once", () => {
  function setUpMany(count: number) {
    const clock = new FakeClock();
    const line = new Line();
    const models = Array.from({ length: count }, () => new FakeModel());
    const links = models.map((model) => new Link(model, new Store(), () => undefined, clock, line));
    for (const link of links) link.start([]);
    const asked = () => models.filter((model) => model.sentOf("resync").length > 0);
    return { clock, models, links, asked };
  }

  it("ask a few at a time, in their order, each once however long it takes", () => {
    const { clock, models, asked } = setUpMany(500);
    for (const [i, model] of models.entries()) {
      expect(asked()).toEqual(models.slice(0, i + MAX_ASKED));
      clock.pass(RETRY_MS[0] / MAX_ASKED - 1);
      model.hear(snapshot(1, { text: "all" }, { end: true }));
    }
    clock.pass(60_000);
    expect(models.map((model) => model.sentOf("resync").length)).toEqual(models.map(() => 1));
    expect(clock.waiting).toBe(0);
  });

  it("do not ask again while others are answered, however slowly", () => {
    const { clock, models } = setUpMany(MAX_ASKED);
    for (const model of models) {
      clock.pass(RETRY_MS[0] - 1);
      model.hear(snapshot(1, { text: "all" }, { end: true }));
    }
    expect(models.map((model) => model.sentOf("resync").length)).toEqual(models.map(() => 1));
    expect(clock.waiting).toBe(0);
  });

  it("ask again once nobody is answered any more", () => {
    const { clock, models } = setUpMany(2);
    clock.pass(RETRY_MS[0] - 1);
    models[0]?.hear(snapshot(1, { text: "all" }, { end: true }));
    clock.pass(2 * RETRY_MS[0]);
    expect(models.map((model) => model.sentOf("resync").length)).toEqual([1, 2]);
  });

  it("do not wait for ever for those that get no answer", () => {
    const { clock, models, asked } = setUpMany(2 * MAX_ASKED + 1);
    clock.pass(RETRY_MS[0]);
    expect(asked()).toHaveLength(2 * MAX_ASKED);
    clock.pass(RETRY_MS[0]);
    expect(asked()).toEqual(models);
  });

  it("do not wait for those that are closed, nor for those whose kernel is gone", () => {
    const { models, links, asked } = setUpMany(3 * MAX_ASKED);
    for (const link of links.slice(0, MAX_ASKED)) link.close();
    expect(asked()).toEqual(models.slice(0, 2 * MAX_ASKED));
    for (const link of links.slice(MAX_ASKED, 2 * MAX_ASKED)) link.lost();
    expect(asked()).toEqual(models);
  });

  it("that find the kernel dead throw nothing, however many they are", () => {
    const { clock, models, links } = setUpMany(20_000);
    for (const model of models) model.isDead = true;
    links[0]?.lost();
    clock.pass(RETRY_MS[0]);
    expect(links.some((link) => link.connected)).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it("say when they are asked for what they have by then", () => {
    const { models } = setUpMany(MAX_ASKED + 1);
    const last = models.at(-1);
    last?.hear(add(7, "g"));
    expect(last?.sent).toEqual([]);
    models[0]?.hear(snapshot(1, { text: "" }));
    expect(last?.sentOf("resync")).toEqual([{ kind: "resync", epoch: EPOCH, have: 0, why: "start" }]);
  });
});

describe("order", () => {
  it("drops what is older", () => {
    const { model, store } = setUp();
    model.hear(FIRST, add(2, "a"), add(2, "a"), FIRST, add(3, "b"));
    expect(textOf(store)).toBe("ab");
  });

  it("heals a swap by itself", () => {
    const { model, store, clock } = setUp([[FIRST]]);
    model.hear(add(3, "b"), add(2, "a"), add(4, "c"));
    expect(textOf(store)).toBe("abc");
    clock.pass(60_000);
    // The gap was asked about at once; that it closed ends the asking.
    expect(model.sentOf("resync")).toHaveLength(1);
  });

  it("asks once about a gap, and again after a second, then less often", () => {
    const { model, clock } = setUp([[FIRST]]);
    model.hear(add(3, "b"), add(4, "c"), add(5, "d"));
    expect(model.sentOf("resync")).toEqual([{ kind: "resync", epoch: EPOCH, have: 1, why: "gap" }]);
    clock.pass(RETRY_MS[0] - 1);
    expect(model.sentOf("resync")).toHaveLength(1);
    clock.pass(1);
    expect(model.sentOf("resync")).toHaveLength(2);
    clock.pass(60_000);
    expect(model.sentOf("resync").length).toBeLessThan(12);
  });

  it("takes a snapshot for the gap, and the frames that came early after it", () => {
    const { model, store } = setUp([[FIRST]]);
    model.hear(add(3, "b"), add(4, "c"), snapshot(3, { text: "ab" }));
    expect(textOf(store)).toBe("abc");
    expect(store.seq).toBe(4);
  });

  it("does not take an older snapshot, meant for another page, for the answer", () => {
    const { model, store, clock } = setUp([[FIRST]]);
    model.hear(add(2, "a"), add(5, "d"), snapshot(1, { text: "" }), snapshot(3, { text: "ab" }));
    expect(textOf(store)).toBe("ab");
    clock.pass(RETRY_MS[0]);
    expect(model.sentOf("resync")).toHaveLength(2);
    model.hear(snapshot(6, { text: "abcde" }));
    clock.pass(60_000);
    expect(model.sentOf("resync")).toHaveLength(2);
    expect(textOf(store)).toBe("abcde");
  });

  it("keeps what it has when an older snapshot comes late", () => {
    const { model, store } = setUp([[FIRST], [add(2, "a")], [add(3, "b")]]);
    model.hear(snapshot(2, { text: "old" }), snapshot(3, { text: "same number" }));
    expect(textOf(store)).toBe("ab");
  });

  it("sees by the tail that the last frame is lost", () => {
    const { model, store } = setUp([[FIRST]]);
    model.hear(add(2, "a"), { kind: "tail", epoch: EPOCH, seq: 2 });
    expect(model.sentOf("resync")).toEqual([]);
    model.hear({ kind: "tail", epoch: EPOCH, seq: 3 });
    expect(model.sentOf("resync")).toEqual([{ kind: "resync", epoch: EPOCH, have: 2, why: "gap" }]);
    model.hear(snapshot(3, { text: "ab" }, { end: true }));
    expect(textOf(store)).toBe("ab");
  });

  it("resyncs after a frame that does not fit, and shows nothing of it", () => {
    hush();
    const { model, store } = setUp([[FIRST]]);
    model.hear(
      frame(2, [
        ["append", ["text"], "a"],
        ["append", ["nowhere"], "b"],
      ]),
    );
    expect(textOf(store)).toBe("");
    expect(model.sentOf("resync")).toEqual([{ kind: "resync", epoch: EPOCH, have: 1, why: "bad_frame" }]);
    model.hear(add(3, "!"), snapshot(2, { text: "ab" }));
    expect(textOf(store)).toBe("ab!");
  });

  it("does not hoard early frames", () => {
    const { model, store } = setUp([[FIRST]]);
    const late = Array.from({ length: 3 * MAX_EARLY }, (_, i) => add(i + 3, "x"));
    model.hear(...late, snapshot(2, { text: "" }));
    // Most were forgotten, so the snapshot before them all does not bring them back, and the asking goes on.
    expect([store.seq, textOf(store)]).toEqual([2, ""]);
    model.hear(snapshot(3 * MAX_EARLY + 2, { text: "whole" }), add(3 * MAX_EARLY + 3, "!"));
    expect(textOf(store)).toBe("whole!");
  });

  it("ignores what is not for it", () => {
    const { model, store, changed } = setUp([[FIRST]]);
    changed.mockClear();
    model.hear({ kind: "weather" }, {}, { kind: "module", hash: "h" });
    model.emit("msg:custom", null, []);
    model.emit("msg:custom", "text", []);
    expect(changed).not.toHaveBeenCalled();
    expect(textOf(store)).toBe("");
  });

  it("ends right whatever is lost, doubled or swapped, once the requests are answered", () => {
    const ops = streamOps();
    for (let seed = 0; seed < 40; seed++) {
      const random = chance(seed);
      const kernel = new Store();
      const { model, store, clock } = setUp();
      const answer = () => {
        if (model.sentOf("resync").length > 0) {
          model.sent = [];
          model.hear(snapshot(kernel.seq, kernel.snapshot as JsonObject));
        }
      };
      const held: Frame[] = [];
      cut(ops, random).forEach((piece, i) => {
        const next = frame(i + 1, piece);
        kernel.apply(next);
        const fate = random(10);
        if (fate === 0) return; // lost
        if (fate === 1) held.push(next);
        else model.hear(next, ...(fate === 2 ? [next] : []), ...held.splice(0));
        if (random(6) === 0) answer();
      });
      model.hear({ kind: "tail", epoch: EPOCH, seq: kernel.seq });
      clock.pass(RETRY_MS[1]);
      answer();
      expect(store.snapshot).toEqual(kernel.snapshot);
    }
  });
});

describe("a kernel that hears nothing", () => {
  it("heals the page by a snapshot that it sends unasked, and the asking ends", () => {
    const { model, store, clock } = setUp([[FIRST]]);
    model.hear(add(2, "a"), add(4, "c"));
    clock.pass(2000);
    model.hear(add(5, "d"), snapshot(5, { text: "abcd" }));
    const asked = model.sentOf("resync").length;
    clock.pass(60_000);
    model.hear(add(6, "e"));
    expect(textOf(store)).toBe("abcde");
    expect(model.sentOf("resync")).toHaveLength(asked);
    expect(clock.waiting).toBe(0);
  });

  it("costs a page that misses nothing no painting anew", () => {
    const { model, store } = setUp([[FIRST], [add(2, "a")]]);
    const before = store.snapshot;
    model.hear(snapshot(2, { text: "a" }), snapshot(2, { text: "a" }));
    expect(store.snapshot).toBe(before);
  });

  it("leaves every page right, whatever is lost, with a snapshot now and then and one at the end", () => {
    const ops = streamOps();
    for (let seed = 0; seed < 40; seed++) {
      const random = chance(seed);
      const kernel = new Store();
      const pages = [setUp(), setUp(), setUp()];
      const tell = (message: Frame | Snapshot, lossy = true) => {
        for (const { model } of pages) if (!lossy || random(4) > 0) model.hear(message);
      };
      cut(ops, random).forEach((piece, i, { length }) => {
        const more = i === length - 1 ? { end: true } : {};
        const next = frame(i + 1, piece, more);
        kernel.apply(next);
        tell(next);
        if (random(5) === 0) tell(snapshot(kernel.seq, kernel.snapshot as JsonObject, more));
        for (const { clock } of pages) clock.pass(random(3000));
      });
      tell(snapshot(kernel.seq, kernel.snapshot as JsonObject, { end: true }), false);
      for (const { store, link, model, clock } of pages) {
        expect(store.snapshot).toEqual(kernel.snapshot);
        expect(link.ended).toBe(true);
        expect(model.sentOf("ack").at(-1)?.seq).toBe(kernel.seq);
        expect(clock.waiting).toBe(0);
      }
    }
  });
});

describe("a frozen page", () => {
  it("is healed by one merged frame, and acknowledges at once what it slept through", () => {
    const { model, store, clock } = setUp([[FIRST]]);
    clock.pass(60_000);
    model.hear(
      add(2, "a"),
      add(3, "b"),
      { kind: "tail", epoch: EPOCH, seq: 3 },
      { kind: "tail", epoch: EPOCH, seq: 3 },
    );
    expect(model.sentOf("ack").at(-1)?.seq).toBe(3);
    model.hear(add(4, "all that came meanwhile"));
    expect(textOf(store)).toBe("aball that came meanwhile");
    expect(model.sentOf("resync")).toEqual([]);
  });

  it("asks for one snapshot where its messages were lost", () => {
    const { model, store, clock } = setUp([[FIRST]]);
    clock.pass(60_000);
    model.hear({ kind: "tail", epoch: EPOCH, seq: 60 }, { kind: "tail", epoch: EPOCH, seq: 60 });
    expect(model.sentOf("resync")).toHaveLength(1);
    model.hear(snapshot(61, { text: "all" }));
    expect(textOf(store)).toBe("all");
    clock.pass(60_000);
    expect(model.sentOf("resync")).toHaveLength(1);
  });
});

describe("epochs", () => {
  it("a new one from its first frame needs no snapshot", () => {
    const { model, store } = setUp([[FIRST], [add(2, "old")]]);
    model.hear({ ...FIRST, epoch: "e2" }, { ...add(2, "new"), epoch: "e2" });
    expect(textOf(store)).toBe("new");
    expect(model.sentOf("resync")).toEqual([]);
  });

  it("a new one in its middle needs a snapshot", () => {
    const { model, store } = setUp([[FIRST], [add(2, "old")]]);
    model.hear({ ...add(4, "w"), epoch: "e2" });
    expect(model.sentOf("resync")).toEqual([{ kind: "resync", epoch: "e2", have: 0, why: "epoch" }]);
    model.hear({ ...snapshot(4, { text: "new" }), epoch: "e2" });
    expect(textOf(store)).toBe("new");
  });

  it("an old one is over for good", () => {
    const { model, store } = setUp([[FIRST]]);
    model.hear({ ...FIRST, epoch: "e2" }, add(2, "late"), snapshot(9, { text: "late" }));
    expect(textOf(store)).toBe("");
    expect(store.seq).toBe(1);
  });
});

describe("acknowledgements", () => {
  it("come at most once a second, and say the last number", () => {
    const { model, clock } = setUp([[FIRST]]);
    for (let seq = 2; seq <= 61; seq++) {
      model.hear(add(seq, "x"));
      clock.pass(33);
    }
    clock.pass(ACK_MS);
    const acks = model.sentOf("ack");
    expect(acks.length).toBeLessThanOrEqual(4);
    expect(acks.at(-1)?.seq).toBe(61);
    expect(acks.map(({ seq }) => seq)).toEqual([...new Set(acks.map(({ seq }) => seq))]);
  });

  it("come sooner when much has come, so that the kernel need not wait", () => {
    const { model } = setUp([[FIRST]]);
    const quarter = "x".repeat(ACK_CHARS / 4);
    for (let seq = 2; seq <= 13; seq++) model.hear(add(seq, quarter));
    expect(model.sentOf("ack").map(({ seq }) => seq)).toEqual([1, 5, 9, 13]);
  });

  it("come at once for a snapshot, which tells the kernel that somebody is there", () => {
    const { model } = setUp();
    model.hear(snapshot(1, { text: "" }));
    expect(model.sentOf("ack")).toEqual([{ kind: "ack", epoch: EPOCH, seq: 1 }]);
  });

  it("are repeated when the kernel says that it heard none", () => {
    const { model, clock } = setUp([[FIRST]]);
    clock.pass(60_000);
    expect(model.sentOf("ack")).toHaveLength(1);
    model.hear({ kind: "tail", epoch: EPOCH, seq: 1 });
    expect(model.sentOf("ack")).toHaveLength(2);
    model.hear({ kind: "tail", epoch: EPOCH, seq: 2 });
    expect(model.sentOf("ack")).toHaveLength(2);
    expect(model.sentOf("resync")).toHaveLength(1);
  });

  it("come at once at the end", () => {
    const { model } = setUp([[FIRST]]);
    model.hear(add(2, "a"), frame(3, [], { end: true }));
    expect(model.sentOf("ack").at(-1)).toEqual({ kind: "ack", epoch: EPOCH, seq: 3 });
  });

  it("come for a snapshot that holds the end", () => {
    const { model, link } = setUp();
    model.hear(snapshot(12, { text: "all" }, { end: true }));
    expect(model.sentOf("ack")).toEqual([{ kind: "ack", epoch: EPOCH, seq: 12 }]);
    expect(link.ended).toBe(true);
  });
});

describe("the kernel", () => {
  it("is asked to cancel", () => {
    const { model, link } = setUp([[FIRST]]);
    link.cancel();
    expect(model.sent.at(-1)).toEqual({ kind: "cancel" });
    expect(link.stopping).toBe(true);
  });

  it("being gone keeps the text, throws nothing, and ends the asking", () => {
    const { model, store, clock, link } = setUp([[FIRST], [add(2, "kept")]]);
    model.isDead = true;
    expect(() => link.cancel()).not.toThrow();
    expect([link.connected, link.stopping]).toEqual([false, false]);
    clock.pass(60_000);
    expect(textOf(store)).toBe("kept");
    expect(clock.waiting).toBe(0);
  });

  it("being gone is seen by a request, too", () => {
    const { model, link } = setUp([[FIRST]]);
    model.isDead = true;
    model.hear(add(9, "x"));
    expect(link.connected).toBe(false);
  });

  it("is there again when it is heard again", () => {
    const { model, link } = setUp([[FIRST]]);
    model.isDead = true;
    link.cancel();
    model.isDead = false;
    model.hear(add(2, "a"));
    expect(link.connected).toBe(true);
  });

  it("is watched where the host shows it, until the model is gone", () => {
    const slots = new Set<(sender: unknown, status: string) => void>();
    const model = new FakeModel();
    model.widget_manager = {
      kernel: {
        statusChanged: { connect: (slot: never) => slots.add(slot), disconnect: (slot: never) => slots.delete(slot) },
      },
    };
    const gone = vi.fn();
    const life = new AbortController();
    watchKernel(model, gone, life.signal);
    for (const slot of slots) for (const status of ["busy", "idle", "unknown"]) slot(null, status);
    expect(gone).not.toHaveBeenCalled();
    for (const slot of slots) slot(null, "restarting");
    model.emit("comm:close");
    expect(gone).toHaveBeenCalledTimes(2);
    life.abort();
    expect([slots.size, model.listeners]).toEqual([0, 0]);
  });

  it("need not be shown by the host", () => {
    for (const manager of [undefined, null, {}, { kernel: null }, { kernel: { statusChanged: 1 } }]) {
      const model = new FakeModel();
      model.widget_manager = manager;
      expect(() => watchKernel(model, vi.fn(), new AbortController().signal)).not.toThrow();
    }
  });
});

it("closing leaves no timer and no listener", () => {
  const { model, clock, link } = setUp();
  model.hear(add(4, "x"));
  link.close();
  expect([clock.waiting, model.listeners]).toEqual([0, 0]);
});

it("an empty response is a response", () => {
  const { model, store } = setUp();
  model.hear(snapshot(0, emptyResponse()));
  expect(store.snapshot).toEqual(emptyResponse());
  model.hear(frame(1, [["set", ["status"], "in_progress"]]));
  expect(store.snapshot).toMatchObject({ status: "in_progress" });
});

describe("the control channel", () => {
  const offered = (control: unknown) => frame(1, [["set", [], { text: "", streamcell: { control } }]]);

  function withKernel(control: unknown, kernel: object | null) {
    const { model, clock, link } = setUp();
    model.widget_manager = { kernel };
    model.hear(offered(control));
    clock.pass(ACK_MS);
    return { model, clock, link };
  }

  it("carries what is said once the kernel has offered it", () => {
    const said: Record<string, unknown>[] = [];
    const kernel = { clientId: "page-1", sendControlMessage: (message: Record<string, unknown>) => said.push(message) };
    const { model, link } = withKernel("all", kernel);
    expect(model.sentOf("ack")).toEqual([]);
    link.cancel();
    link.retry();
    expect(said.map(({ content }) => content)).toEqual([
      { epoch: EPOCH, message: { kind: "ack", epoch: EPOCH, seq: 1 } },
      { epoch: EPOCH, message: { kind: "cancel" } },
      { epoch: EPOCH, message: { kind: "retry" } },
    ]);
    expect(said[0]).toMatchObject({ channel: "control", header: { msg_type: "streamcell", session: "page-1" } });
    expect(new Set(said.map(({ header }) => (header as { msg_id: string }).msg_id)).size).toBe(3);
    expect(link.stopping).toBe(true);
  });

  it("carries what is asked for alone where acknowledgements are heard anyway", () => {
    const said: { content?: { message?: object } }[] = [];
    const { model, link } = withKernel("asks", { sendControlMessage: (message: object) => said.push(message) });
    link.cancel();
    expect([model.sentOf("ack").length, model.sentOf("cancel").length]).toEqual([1, 0]);
    expect(said.map(({ content }) => content?.message)).toEqual([{ kind: "cancel" }]);
  });

  it("asks there for parts of the code, which the loader asks for on the comm anyway", () => {
    const said: { content?: unknown }[] = [];
    const kernel = { sendControlMessage: (message: object) => said.push(message) };
    withKernel("all", kernel).link.want("maths");
    expect(said.at(-1)?.content).toMatchObject({ epoch: EPOCH, message: { kind: "module_request", part: "maths" } });
    const { model, link } = withKernel(undefined, kernel);
    link.want("maths");
    expect(model.sentOf("module_request")).toEqual([]);
  });

  it.each([
    ["was not offered", undefined, { sendControlMessage: () => expect.unreachable() }],
    ["is not the host's to give", "all", {}],
    ["has no kernel behind it", "all", null],
  ])("is left alone where it %s", (_, control, kernel) => {
    const { model, link } = withKernel(control, kernel);
    expect(model.sentOf("ack")).toHaveLength(1);
    link.cancel();
    expect(model.sentOf("cancel")).toHaveLength(1);
  });

  it("tells that the kernel is gone like the comm does", () => {
    const kernel = {
      sendControlMessage: () => {
        throw new Error("Kernel is dead");
      },
    };
    const { model, link } = withKernel("all", kernel);
    expect([link.connected, model.sentOf("ack")]).toEqual([false, []]);
  });
});
