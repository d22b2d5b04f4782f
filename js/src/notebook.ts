/**
 * Mends the static copy in the notebook, which needs no view: an output that was loaded, moved or pasted while its answer
 * came hears no updates of its display any more, and the file would call the answer interrupted for ever.
 *
 * A part of its own, so that not every widget carries it and only a page that heard of a copy's end asks for it.
 */
import type { AnyModel } from "@anywidget/types";
import type { Copied } from "./wire.gen.js";

interface Outputs {
  length: number;
  get(index: number): { data: Record<string, unknown> };
  set(index: number, output: unknown): void;
}
/** What JupyterLab and Notebook hand out of the notebook; other hosts have less. */
interface Manager {
  context?: { model?: { cells?: Iterable<{ outputs?: Outputs }> } };
}

/** Puts the copy's end into every output behind that view that lacks it, or asks for it; nothing in other hosts. */
export function mend(model: AnyModel, copied: Copied): void {
  try {
    look(model, copied);
  } catch {} // another host, or no kernel to ask
}

function look(model: AnyModel, { view, mark, data }: Copied): void {
  for (const { outputs } of (model.widget_manager as Manager).context?.model?.cells ?? []) {
    for (let i = 1; outputs && i < outputs.length; i++) {
      const shown = outputs.get(i - 1).data["application/vnd.jupyter.widget-view+json"] as { model_id?: string };
      const copy = String(outputs.get(i).data["text/html"]);
      if (shown?.model_id !== view || !copy.includes("sc-static") || copy.includes(mark)) continue;
      if (!data) return model.send({ kind: "copy_request" });
      outputs.set(i, { output_type: "display_data", metadata: {}, data });
    }
  }
}
