/** Which view is for which output item type: one row each, then the table of plain cards, then the unknown. */
import { cardFor } from "./cards.js";
import { FunctionCallView } from "./function-call.js";
import { ImageView } from "./image.js";
import { MessageView } from "./message.js";
import { ReasoningView } from "./reasoning.js";
import { unknownView } from "./unknown.js";
import type { View, ViewFactory } from "./view.js";

const VIEWS = new Map<string, ViewFactory>([
  ["message", () => new MessageView()],
  ["reasoning", () => new ReasoningView()],
  ["function_call", () => new FunctionCallView()],
  ["image_generation_call", () => new ImageView()],
]);

/** Makes views for items of the type `type`, marked with it. */
export function viewFor(type: string): ViewFactory {
  const make = VIEWS.get(type) ?? cardFor(type) ?? unknownView("Unknown item");
  return () => marked(make(), type);
}

function marked(view: View, type: string): View {
  view.el.classList.add("sc-item");
  // A type is a server's word, so it could be anything; what is no plain word is not written into the page.
  view.el.setAttribute("data-sc-item", /^[\w.-]{1,64}$/.test(type) ? type : "unknown");
  return view;
}
