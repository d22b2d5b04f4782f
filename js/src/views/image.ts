/** A generated image: drawn from the bytes in the snapshot, never requested from anywhere. */
import { asObject, asText, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import { Card } from "./card.js";
import { el, said, visible } from "./dom.js";
import type { Env, View } from "./view.js";

/** Raster formats by the beginning of their base64 text; anything else (SVG above all) is not shown. */
const FORMATS: [RegExp, string][] = [
  [/^iVBORw0KGgo/, "image/png"],
  [/^\/9j\//, "image/jpeg"],
  [/^UklGR/, "image/webp"],
  [/^R0lGOD/, "image/gif"],
];
const BASE64 = /^[A-Za-z0-9+/]+=*$/;
/** Largest image shown, in base64 characters. */
const MAX_LENGTH = 24_000_000;

/** An image's base64 text as an address that requests nothing; empty for what is no raster image, or too large. */
export function imageSource(data: string): string {
  const format = FORMATS.find(([start]) => start.test(data))?.[1];
  return format && data.length <= MAX_LENGTH && BASE64.test(data) ? `data:${format};base64,${data}` : "";
}

export class ImageView implements View {
  #card = new Card("image", "Image");
  readonly el = this.#card.el;
  #image = el("img", "sc-picture");
  #prompt = el("div", "sc-label");
  #shown = "";

  watch(path: Path, env: Env): unknown {
    return asObject(env.annex.partial_images)[String(path.at(-1))];
  }

  update(item: JsonObject, path: Path, env: Env): void {
    const data = asText(item.result) || asText(this.watch(path, env));
    this.#card.status(item, env);
    this.#reserve(asText(item.size));
    this.#show(data);
    const prompt = asText(item.revised_prompt);
    this.#image.alt = prompt === "" ? "Generated image" : visible(prompt);
    this.#prompt.replaceChildren(...said("span", "", prompt).childNodes);
    if (prompt !== "") this.#card.body.append(this.#prompt);
  }

  /** Room for the image before it comes, so that the page does not jump. */
  #reserve(size: string): void {
    const [, width, height] = /^(\d{1,5})x(\d{1,5})$/.exec(size) ?? [];
    if (width && height) this.#image.style.aspectRatio = `${width} / ${height}`;
  }

  #show(data: string): void {
    if (data === this.#shown) return;
    this.#shown = data;
    const source = imageSource(data);
    if (source === "") return;
    this.#image.src = source;
    this.#card.body.prepend(this.#image);
  }
}
