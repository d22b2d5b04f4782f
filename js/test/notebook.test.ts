import { describe, expect, it } from "vitest";
import { mend } from "../src/notebook.js";
import type { Copied } from "../src/wire.gen.js";

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

/** A page with that notebook; what it was told, and what it asked. */
function page(manager?: unknown) {
  const sent: unknown[] = [];
  const model = { widget_manager: manager, send: (content: unknown) => void sent.push(content) };
  return { sent, model, hear: (copied: object) => mend(model as never, copied as Copied) };
}

describe("the static copy in the notebook", () => {
  it("is asked for where it is not the last one, and replaced", () => {
    const book = new Book(OLD);
    const widget = page(book.manager);
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
      const widget = page(book.manager);
      widget.hear({ ...TOLD, view });
      widget.hear({ ...WHOLE, view });
      expect(widget.sent).toEqual([]);
      expect(book.outputs[2]?.data["text/html"]).toBe(copy);
    }
    const empty = new Book(OLD);
    empty.outputs.length = 0;
    const widget = page(empty.manager);
    widget.hear(WHOLE);
    expect([widget.sent, empty.outputs]).toEqual([[], []]);
  });

  it("is nothing to hosts that hand out no notebook, or to a kernel that is gone", () => {
    for (const manager of [undefined, {}, { context: {} }, { context: { model: { cells: 5 } } }]) {
      const widget = page(manager);
      widget.hear(TOLD);
      widget.hear(WHOLE);
      expect(widget.sent).toEqual([]);
    }
    const dead = page(new Book(OLD).manager);
    dead.model.send = () => {
      throw new Error("dead");
    };
    dead.hear(TOLD);
  });
});
