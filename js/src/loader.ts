/**
 * The whole of what each widget carries: a loader. The view's code comes once per page as a custom message, because
 * others' tools save a widget's module text with every widget. So do the parts of it that only some answers need.
 *
 * Messages that come before the code are kept in order and handed over. It must stay below 2 KB, built.
 */
import type { AnyModel } from "@anywidget/types";
import type { Copied } from "./wire.gen.js";

type Message = [content: Record<string, unknown>, buffers: DataView[]];
interface Attached {
  render(args: { model: AnyModel; el: HTMLElement; signal?: AbortSignal }): undefined | (() => void);
  destroy(): void;
}
type Load = (part: string) => Promise<unknown>;
interface Notebook {
  mend(model: AnyModel, copied: Copied): void;
}
interface View {
  attach(args: { model: AnyModel; queued: Message[]; load: Load }): Attached;
}
interface Slot {
  ready: Promise<unknown>;
  fill(code: DataView, css?: DataView): void;
  filled: boolean;
  /** When a widget last asked for it. One asks for all. */
  asked: number;
}

// One registry per page, by the hash of the code and the name of its part: all widgets of all kernels share it.
const page = globalThis as { __streamcell?: Record<string, Slot>; __streamcellStyle?: CSSStyleSheet };
page.__streamcell ??= {};
const slots = page.__streamcell;

// Shadow trees, such as marimo's, do not see the document's styles. They adopt this, which holds the same.
page.__streamcellStyle ??= new CSSStyleSheet();
const adopted = page.__streamcellStyle;

function adopt(root: Node): void {
  if (root instanceof ShadowRoot && !root.adoptedStyleSheets.includes(adopted)) root.adoptedStyleSheets.push(adopted);
}

function makeSlot(): Slot {
  let resolve: (code: Promise<unknown>) => void;
  const slot: Slot = {
    ready: new Promise((done) => {
      resolve = done;
    }),
    fill(code, css) {
      if (slot.filled) return;
      slot.filled = true;
      if (css) {
        const style = document.createElement("style");
        style.dataset.scUi = "style";
        style.textContent = new TextDecoder().decode(css);
        document.head.append(style);
        const all = document.querySelectorAll("style[data-sc-ui=style]");
        adopted.replaceSync([...all].map((e) => e.textContent).join("\n"));
      }
      resolve(import(URL.createObjectURL(new Blob([code as never], { type: "text/javascript" }))));
    },
    filled: false,
    asked: 0,
  };
  return slot;
}

/** The first request waits so long: the view's code is usually on its way already. Later ones wait ever longer. */
const FIRST_MS = 150;
const AGAIN_MS = 2000;
const LAST_MS = 60_000;

export default () => {
  let attached: Promise<Attached>;
  let recall: () => unknown = () => {};
  return {
    initialize({ model }: { model: AnyModel }) {
      const hash = model.get("_module") as string;
      const slotOf = (part: string) => {
        const name = `${hash}/${part}`;
        slots[name] ??= makeSlot();
        return slots[name];
      };
      const queued: Message[] = [];
      let loaded = false;
      let live = true;
      const ask = (part: string, again: number) => {
        const slot = slotOf(part);
        if (slot.filled || !live || again > LAST_MS) return;
        if (Date.now() - slot.asked > AGAIN_MS / 2) {
          slot.asked = Date.now();
          try {
            model.send({ kind: "module_request", hash, part });
          } catch {
            return; // No kernel to ask: the static copy beside the view stays what the reader sees.
          }
        }
        setTimeout(ask, again, part, again * 2);
      };
      const load: Load = (part) => {
        ask(part, AGAIN_MS);
        return slotOf(part).ready;
      };
      const onMessage = (content: Record<string, unknown>, buffers: DataView[]) => {
        if (content.kind === "module") {
          if (content.hash === hash) slotOf(content.part as string).fill(...(buffers as [DataView]));
        } else if (content.kind === "copy") {
          const hear = (copied: unknown) =>
            load("notebook").then((notebook) => (notebook as Notebook).mend(model, copied as Copied));
          hear(content);
          const { data, ...mark } = content;
          recall = () => hear(mark); // an output may be pasted later
        } else if (!loaded) queued.push([content, buffers]);
      };
      model.on("msg:custom", onMessage);
      setTimeout(ask, FIRST_MS, "view", AGAIN_MS);
      attached = slotOf("view").ready.then((view) => {
        loaded = true;
        return (view as View).attach({ model, queued, load });
      });
      return () => {
        live = false;
        model.off("msg:custom", onMessage);
        attached.then((state) => state.destroy());
      };
    },
    async render(args: { model: AnyModel; el: HTMLElement; signal?: AbortSignal }) {
      recall();
      const view = await attached;
      adopt(args.el.getRootNode());
      return view.render(args);
    },
  };
};
