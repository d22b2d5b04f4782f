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

  constructor(hash = `h${serial++}`, manager?: unknown) {
    this.hash = hash;
    const model = {
      widget_manager: manager,
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

const VIEW = "application/vnd.jupyter.widget-view+json";

/** A notebook of one cell, as JupyterLab hands it out: something printed, a view, and that copy behind it. */
class Book {
  outputs: { data: Record<string, unknown> }[];

  constructor(copy: string) {
    const view = { [VIEW]: { model_id: "v1" }, "text/html": "" };
    this.outputs = [{ data: {} }, { data: view }, { data: { "text/html": copy } }];
  }

  get manager(): unknown {
    const list = {
      length: this.outputs.length,
      get: (index: number) => this.outputs[index],
      set: (index: number, output: Book["outputs"][0]) => {
        this.outputs[index] = output;
      },
    };
    return { context: { model: { cells: [{}, { outputs: list }] } } };
  }
}

const OLD = '<div class="sc-static">Interrupted</div>';
const TOLD = { kind: "copy", view: "v1", mark: "marked" };
const WHOLE = { ...TOLD, data: { "text/html": '<div class="sc-static" marked>All</div>' } };

describe("the static copy in the notebook", () => {
  it("is asked for where it is not the last one, and replaced", () => {
    const book = new Book(OLD);
    const widget = new Widget(undefined, book.manager);
    widget.hear(TOLD);
    expect(widget.sent).toEqual([{ kind: "copy_request" }]);
    widget.hear(WHOLE);
    expect(book.outputs[2]).toEqual({ output_type: "display_data", metadata: {}, data: WHOLE.data });
    widget.hear(TOLD);
    expect(widget.sent).toHaveLength(1);
  });

  it("is left alone where it is the last one, another's, none of ours, or cleared", () => {
    for (const [copy, view] of [
      [WHOLE.data["text/html"], "v1"],
      [OLD, "v2"],
      ["<p>My own words</p>", "v1"],
    ] as const) {
      const book = new Book(copy);
      const widget = new Widget(undefined, book.manager);
      widget.hear({ ...TOLD, view });
      widget.hear({ ...WHOLE, view });
      expect(widget.sent).toEqual([]);
      expect(book.outputs[2]?.data["text/html"]).toBe(copy);
    }
    const empty = new Book(OLD);
    empty.outputs.length = 0;
    const widget = new Widget(undefined, empty.manager);
    widget.hear(WHOLE);
    expect([widget.sent, empty.outputs]).toEqual([[], []]);
  });

  it("is looked at again when its view is shown anew, as after a cell was pasted", () => {
    const book = new Book(WHOLE.data["text/html"]);
    const widget = new Widget(undefined, book.manager);
    widget.hear(TOLD);
    widget.render();
    expect(widget.sent).toEqual([]);
    book.outputs[2] = { data: { "text/html": OLD } };
    widget.render();
    expect(widget.sent).toEqual([{ kind: "copy_request" }]);
  });

  it("is nothing to hosts that hand out no notebook, or to a kernel that is gone", () => {
    for (const manager of [undefined, {}, { context: {} }, { context: { model: { cells: 5 } } }]) {
      const widget = new Widget(undefined, manager);
      widget.hear(TOLD);
      widget.hear(WHOLE);
      expect(widget.sent).toEqual([]);
    }
    const dead = new Widget(undefined, new Book(OLD).manager);
    dead.alive = false;
    dead.hear(TOLD);
  });
});
