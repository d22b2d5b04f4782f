import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attach, type Queued } from "../src/index.js";
import type { JsonObject } from "../src/json.js";
import { Line } from "../src/link.js";
import { Scheduler } from "../src/scheduler.js";
import { Store } from "../src/store.js";
import type { Frame, Op } from "../src/wire.gen.js";
import { emptyResponse, FakeClock, FakeModel, streamOps } from "./fakes.js";

function frame(seq: number, ops: Op[], more: Partial<Frame> = {}): Frame {
  return { kind: "frame", epoch: "e", seq, ops, ...more };
}

const TEXT = ["output", 0, "content", 0, "text"];
const FIRST = frame(1, [
  [
    "set",
    [],
    emptyResponse({
      status: "in_progress",
      output: [{ type: "message", status: "in_progress", content: [{ type: "output_text", text: "" }] }],
    }),
  ],
]);
const add = (seq: number, text: string) => frame(seq, [["append", TEXT, text]]);

class Page {
  clock = new FakeClock();
  model = new FakeModel();
  seams = {
    scheduler: new Scheduler(this.clock),
    clock: this.clock,
    line: new Line(),
    now: () => 1_700_000_000_000 + this.clock.time,
  };

  attach(queued: Queued[] = []) {
    return attach({ model: this.model, queued }, this.seams);
  }

  host(): HTMLElement {
    const host = document.createElement("div");
    document.body.append(host);
    return host;
  }
}

const textOf = (host: HTMLElement) => host.querySelector(".sc-markdown")?.textContent?.trim();
const statusOf = (host: HTMLElement) => host.querySelector(".streamcell")?.getAttribute("data-sc-status");

let page: Page;
beforeEach(() => {
  page = new Page();
});
afterEach(() => {
  document.body.replaceChildren();
});

describe("views of a model", () => {
  it("are painted once a frame, not once a message", () => {
    const host = page.host();
    page.attach([[FIRST]]).render({ el: host });
    page.model.hear(add(2, "one "), add(3, "two"));
    expect(textOf(host)).toBeUndefined();
    page.clock.frame();
    expect(textOf(host)).toBe("one two");
  });

  it("show all that came before them", () => {
    const attached = page.attach([[FIRST], [add(2, "early")]]);
    const host = page.host();
    attached.render({ el: host });
    expect(textOf(host)).toBe("early");
  });

  it("are marked as such once there is something to show: the mark hides the static copy", () => {
    const host = page.host();
    page.attach().render({ el: host });
    page.clock.pass(5000);
    page.clock.frame();
    expect(host.querySelector(".streamcell")).not.toBeNull();
    expect(host.querySelector("[data-sc-root]")).toBeNull();
    page.model.hear(FIRST, add(2, "text"));
    page.clock.frame();
    expect([host.querySelectorAll("[data-sc-root]").length, textOf(host)]).toEqual([1, "text"]);
  });

  it("show the same, whenever they came", () => {
    const attached = page.attach([[FIRST]]);
    const [first, second] = [page.host(), page.host()];
    attached.render({ el: first });
    page.model.hear(add(2, "a"));
    page.clock.frame();
    page.model.hear(add(3, "b"));
    attached.render({ el: second });
    page.model.hear(add(4, "c"));
    page.clock.frame();
    expect([textOf(first), textOf(second)]).toEqual(["abc", "abc"]);
  });

  it("of which one speaks to a screen reader", () => {
    const attached = page.attach([[FIRST]]);
    const hosts = [page.host(), page.host()];
    for (const el of hosts) attached.render({ el });
    page.clock.frame();
    expect(hosts.map((host) => host.querySelector("[role=status]")?.textContent)).toEqual(["Streaming.", ""]);
  });

  it("go when their signal aborts, and the model goes on", () => {
    const attached = page.attach([[FIRST]]);
    const [host, other] = [page.host(), page.host()];
    const life = new AbortController();
    attached.render({ el: host, signal: life.signal });
    attached.render({ el: other });
    life.abort();
    page.model.hear(add(2, "on"));
    page.clock.frame();
    expect([host.childElementCount, textOf(other)]).toEqual([0, "on"]);
  });

  it("go when their cleanup is called", () => {
    const host = page.host();
    const cleanup = page.attach([[FIRST]]).render({ el: host });
    cleanup();
    expect(host.childElementCount).toBe(0);
  });

  it("that are gone before they are shown are not shown", () => {
    const host = page.host();
    page.attach([[FIRST]]).render({ el: host, signal: AbortSignal.abort() });
    expect(host.childElementCount).toBe(0);
  });

  it("say Stop to the kernel, and all of them show it", () => {
    const attached = page.attach([[FIRST]]);
    const hosts = [page.host(), page.host()];
    for (const el of hosts) attached.render({ el });
    hosts[0]?.querySelector<HTMLElement>(".sc-stop")?.click();
    page.clock.frame();
    expect(page.model.sentOf("cancel")).toHaveLength(1);
    expect(hosts.map((host) => host.querySelector(".sc-stop")?.textContent)).toEqual(["Stopping…", "Stopping…"]);
  });

  it("say so when the kernel is gone", () => {
    const host = page.host();
    page.attach([[FIRST], [add(2, "kept")]]).render({ el: host });
    page.model.isDead = true;
    host.querySelector<HTMLElement>(".sc-stop")?.click();
    page.clock.frame();
    expect([statusOf(host), textOf(host)]).toEqual(["interrupted", "kept"]);
    expect(host.textContent).toContain("The kernel is gone");
  });
});

describe("time", () => {
  const clockOf = (host: HTMLElement) => host.querySelector(".sc-time")?.textContent;

  it("ticks while a stream runs, and stops with it", () => {
    const host = page.host();
    page.attach([[frame(1, [["set", [], emptyResponse({ status: "in_progress" })]])]]).render({ el: host });
    page.clock.pass(5000);
    page.clock.frame();
    expect(clockOf(host)).toBe("5 s");
    page.model.hear(frame(2, [["set", ["status"], "completed"]], { end: true }));
    page.clock.frame();
    page.clock.pass(60_000);
    expect([clockOf(host), page.clock.waiting]).toEqual(["5.0 s", 0]);
  });

  it("is the kernel's where the page did not see the beginning", () => {
    const host = page.host();
    const response = emptyResponse({
      status: "in_progress",
      output: [{ type: "reasoning", summary: [] }],
      streamcell: { started_at: page.seams.now() / 1000 - 90 },
    });
    const attached = page.attach();
    attached.render({ el: host });
    page.model.hear({ kind: "snapshot", epoch: "e", seq: 7, response });
    page.clock.frame();
    expect(clockOf(host)).toBe("1 min 30 s");
    expect(host.querySelector(".sc-reasoning-state")?.textContent).toBe("Thinking");
  });
});

it("a new numbering leaves the old text on the page until its snapshot comes", () => {
  const host = page.host();
  page.attach([[FIRST], [add(2, "old")]]).render({ el: host });
  page.model.hear({ ...add(5, "x"), epoch: "f" });
  page.clock.frame();
  expect(textOf(host)).toBe("old");
  const kernel = new Store();
  streamOps().forEach((op, i) => {
    kernel.apply({ seq: i + 1, ops: [op] });
  });
  page.model.hear({ kind: "snapshot", epoch: "f", seq: 5, response: kernel.snapshot as JsonObject });
  page.clock.frame();
  expect([textOf(host)?.includes("old"), statusOf(host)]).toEqual([false, "completed"]);
});

it("two hundred models leave no listener, timer or node behind", () => {
  for (let i = 0; i < 200; i++) {
    const attached = page.attach([[FIRST], [add(2, "text")]]);
    attached.render({ el: page.host() });
    attached.render({ el: page.host() });
    page.model.hear(add(3, "!"));
    attached.destroy();
  }
  expect(page.model.listeners).toBe(0);
  expect(page.clock.waiting).toBe(0);
  expect(document.querySelectorAll(".streamcell")).toHaveLength(0);
});

describe("Stop", () => {
  const running = (blocking: boolean) =>
    frame(1, [["set", [], emptyResponse({ status: "in_progress", streamcell: { blocking } })]]);

  function pressed(blocking: boolean, answer: () => unknown = () => undefined): { interrupts: () => number } {
    let interrupts = 0;
    page.model.widget_manager = {
      kernel: {
        interrupt: () => {
          interrupts += 1;
          return answer();
        },
      },
    };
    const host = page.host();
    page.attach([[running(blocking)]]).render({ el: host });
    page.clock.frame();
    host.querySelector<HTMLButtonElement>(".sc-stop")?.click();
    return { interrupts: () => interrupts };
  }

  it("interrupts a kernel that hears nothing because this stream's cell blocks it", () => {
    const { interrupts } = pressed(true);
    expect(page.model.sentOf("cancel")).toHaveLength(1);
    page.clock.pass(299);
    expect(interrupts()).toBe(0);
    page.clock.pass(1);
    expect(interrupts()).toBe(1);
  });

  it("interrupts nothing that another cell may be running, and asks again, ever less often", () => {
    const { interrupts } = pressed(false);
    page.clock.pass(10_000);
    expect(interrupts()).toBe(0);
    expect(page.model.sentOf("cancel")).toHaveLength(3);
    page.clock.pass(1000_000);
    expect(page.model.sentOf("cancel")).toHaveLength(5);
    page.model.hear(frame(2, [["set", ["status"], "cancelled"]], { end: true }));
    page.clock.pass(10_000_000);
    expect(page.model.sentOf("cancel")).toHaveLength(5);
  });

  it("interrupts once, and a kernel that cannot be reached is no error", async () => {
    const { interrupts } = pressed(true, () => Promise.reject(new Error("offline")));
    page.clock.pass(100_000);
    await Promise.resolve();
    expect(interrupts()).toBe(1);
    expect(page.model.sentOf("cancel").length).toBeGreaterThan(2);
  });

  it("interrupts nothing once the stream has ended, and asks for nothing", () => {
    const { interrupts } = pressed(true);
    page.model.hear(frame(2, [["set", ["status"], "cancelled"]], { end: true }));
    page.clock.pass(10_000);
    expect(interrupts()).toBe(0);
    expect(page.model.sentOf("cancel")).toHaveLength(1);
  });

  it("interrupts nothing once the view is gone", () => {
    let interrupts = 0;
    page.model.widget_manager = { kernel: { interrupt: () => interrupts++ } };
    const attached = page.attach([[running(true)]]);
    const host = page.host();
    attached.render({ el: host });
    page.clock.frame();
    host.querySelector<HTMLButtonElement>(".sc-stop")?.click();
    attached.destroy();
    page.clock.pass(10_000);
    expect(interrupts).toBe(0);
  });
});
