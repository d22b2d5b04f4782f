/**
 * The whole of what each widget carries: a loader. The view's code comes once per page as a custom message, because
 * others' tools save a widget's module text with every widget.
 *
 * Messages that come before the code are kept in order and handed over. It must stay below 2 KB, built.
 */
import type { AnyModel } from "@anywidget/types";

type Message = [content: Record<string, unknown>, buffers: DataView[]];
interface Attached {
  render(args: { model: AnyModel; el: HTMLElement; signal?: AbortSignal }): undefined | (() => void);
  destroy(): void;
}
interface View {
  attach(args: { model: AnyModel; queued: Message[] }): Attached;
}
interface Slot {
  ready: Promise<View>;
  fill(code: DataView, css: DataView): void;
}

// One registry per page, by the hash of the code: all widgets of all kernels on the page share it.
const page = globalThis as { __streamcell?: Record<string, Slot> };
page.__streamcell ??= {};
const slots = page.__streamcell;

function makeSlot(): Slot {
  let resolve: (view: Promise<View>) => void;
  let filled = false;
  const ready = new Promise<View>((done) => {
    resolve = done;
  });
  const fill = (code: DataView, css: DataView) => {
    if (filled) return;
    filled = true;
    const style = document.createElement("style");
    style.dataset.scUi = "style";
    style.textContent = new TextDecoder().decode(css);
    document.head.append(style);
    const url = URL.createObjectURL(new Blob([code as never], { type: "text/javascript" }));
    resolve(import(url));
  };
  return { ready, fill };
}

export default () => {
  let attached: Promise<Attached>;
  return {
    initialize({ model }: { model: AnyModel }) {
      const hash = model.get("_module") as string;
      slots[hash] ??= makeSlot();
      const slot = slots[hash];
      const queued: Message[] = [];
      let live = true;
      let loaded = false;
      const ask = () => {
        try {
          if (live && !loaded) model.send({ kind: "module_request", hash });
        } catch {
          // No kernel to ask: the static copy beside the view stays what the reader sees.
        }
      };
      const onMessage = (content: Record<string, unknown>, buffers: DataView[]) => {
        if (content.kind !== "module") queued.push([content, buffers]);
        else if (content.hash === hash) slot.fill(buffers[0] as DataView, buffers[1] as DataView);
      };
      model.on("msg:custom", onMessage);
      // The code is usually on its way already; asking is for a page that came late.
      const timers = [setTimeout(ask, 150), setTimeout(ask, 2000), setTimeout(ask, 8000)];
      attached = slot.ready.then((view) => {
        loaded = true;
        for (const timer of timers) clearTimeout(timer);
        model.off("msg:custom", onMessage);
        return view.attach({ model, queued });
      });
      return () => {
        live = false;
        for (const timer of timers) clearTimeout(timer);
        model.off("msg:custom", onMessage);
        attached.then((state) => state.destroy());
      };
    },
    async render(args: { model: AnyModel; el: HTMLElement; signal?: AbortSignal }) {
      return (await attached).render(args);
    },
  };
};
