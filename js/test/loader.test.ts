import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import loader from "../src/loader.js";

const CODE =
  "export const attach = (args) => { globalThis.attached.push(args); return { render() {}, destroy() {} }; };";
const LATER = "export const name = 'later';";

const bytes = (text: string) => new DataView(new TextEncoder().encode(text).buffer);

let serial = 0;

/** One widget on a page, with the messages it sent. Each has a hash of its own unless told one. */
class Widget {
  readonly sent: Record<string, unknown>[] = [];
  readonly hash: string;
  alive = true;
  #hear: ((content: unknown, buffers: DataView[]) => void) | null = null;
  readonly stop: () => void;
  readonly render: () => void;

  constructor(hash = `h${serial++}`) {
    this.hash = hash;
    const model = {
      get: () => hash,
      on: (_name: string, hear: never) => {
        this.#hear = hear;
      },
      off: () => {
        this.#hear = null;
      },
      send: (content: Record<string, unknown>) => {
        if (!this.alive) throw new Error("dead");
        this.sent.push(content);
      },
    };
    const { initialize, render } = loader();
    this.stop = initialize({ model: model as never });
    this.render = () => void render({ model: model as never, el: document.createElement("div") });
  }

  hear(content: unknown, ...buffers: string[]): void {
    this.#hear?.(content, buffers.map(bytes));
  }

  bring(part: string, code: string, ...css: string[]): void {
    this.hear({ kind: "module", hash: this.hash, part }, code, ...css);
  }

  asked(part: string): number {
    return this.sent.filter((message) => message.kind === "module_request" && message.part === part).length;
  }
}

interface Args {
  queued: [unknown, unknown][];
  load(part: string): Promise<{ name: string }>;
}
const attached: Args[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  attached.length = 0;
  Object.assign(globalThis, { attached });
  URL.createObjectURL = (blob) => `data:text/javascript;base64,${(blob as unknown as { code: string }).code}`;
  vi.stubGlobal(
    "Blob",
    class {
      code: string;
      constructor([view]: [DataView]) {
        this.code = Buffer.from(view.buffer as ArrayBuffer).toString("base64");
      }
    },
  );
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const views = (count: number) => vi.waitFor(() => expect(attached).toHaveLength(count));

describe("the loader", () => {
  it("hands over the messages that came before the code, in order, and none that came after", async () => {
    const widget = new Widget();
    widget.hear({ kind: "frame", seq: 1 });
    widget.hear({ kind: "frame", seq: 2 });
    widget.bring("view", CODE, ".a {}");
    await views(1);
    widget.hear({ kind: "frame", seq: 3 });
    expect(attached[0]?.queued.map(([content]) => content)).toEqual([
      { kind: "frame", seq: 1 },
      { kind: "frame", seq: 2 },
    ]);
  });

  it("asks for the code when it does not come by itself, ever less often, and not for ever", () => {
    const widget = new Widget();
    expect(widget.asked("view")).toBe(0);
    vi.advanceTimersByTime(200);
    expect(widget.asked("view")).toBe(1);
    vi.advanceTimersByTime(2000);
    expect(widget.asked("view")).toBe(2);
    vi.advanceTimersByTime(24 * 3600 * 1000);
    expect(widget.asked("view")).toBeLessThan(8);
  });

  it("asks once for all widgets of a page", () => {
    const widgets = Array.from({ length: 50 }, () => new Widget("shared"));
    vi.advanceTimersByTime(1000);
    expect(widgets.map((widget) => widget.asked("view")).reduce((a, b) => a + b)).toBe(1);
  });

  it("lets another widget ask where the first one's kernel is dead", () => {
    const [first, second] = [new Widget("two"), new Widget("two")];
    first.alive = false;
    vi.advanceTimersByTime(5000);
    expect(first.asked("view")).toBe(0);
    expect(second.asked("view")).toBe(1);
  });

  it("puts the style into the page once, and ignores another version's code", async () => {
    const [first, second] = [new Widget("styled"), new Widget("styled")];
    const before = document.head.querySelectorAll("style").length;
    first.hear({ kind: "module", hash: "other", part: "view" }, "throw 1", ".b {}");
    first.bring("view", CODE, ".a {}");
    second.bring("view", CODE, ".a {}");
    await views(2);
    expect(document.head.querySelectorAll("style").length).toBe(before + 1);
  });

  it("fetches a further part when the view asks for it, once for the page", async () => {
    const [first, second] = [new Widget("more"), new Widget("more")];
    first.bring("view", CODE, "");
    await views(2);
    const both = Promise.all(attached.map(({ load }) => load("highlight")));
    expect([first.asked("highlight"), second.asked("highlight")]).toEqual([1, 0]);
    second.bring("highlight", LATER);
    expect((await both).map(({ name }) => name)).toEqual(["later", "later"]);
    expect((await attached[0]?.load("highlight"))?.name).toBe("later");
    expect(first.asked("highlight")).toBe(1);
  });

  it("asks for nothing more once its widget is closed", async () => {
    const widget = new Widget();
    widget.stop();
    vi.advanceTimersByTime(60_000);
    expect(widget.sent).toEqual([]);
  });
});

it("hands the mark of a whole copy to the part that looks after notebooks, and again when its view is shown anew", async () => {
  const told: unknown[] = [];
  Object.assign(globalThis, { told });
  const widget = new Widget();
  widget.hear({ kind: "copy", view: "v1", mark: "m" });
  expect(widget.asked("notebook")).toBe(1);
  widget.bring("notebook", "export const mend = (model, copied) => globalThis.told.push(copied);");
  await vi.waitFor(() => expect(told).toEqual([{ kind: "copy", view: "v1", mark: "m" }]));
  widget.hear({ kind: "copy", view: "v1", mark: "m", data: { "text/html": "All" } });
  await vi.waitFor(() => expect(told).toHaveLength(2));
  widget.render();
  await vi.waitFor(() => expect(told).toHaveLength(3));
  expect(told.slice(1)).toEqual([{ ...(told[0] as object), data: { "text/html": "All" } }, told[0]]);
  expect(widget.asked("notebook")).toBe(1);
});
