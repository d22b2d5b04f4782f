import { expect, test } from "vitest";
import { create } from "../../src/markdown/index.js";

function shown(text: string, step = text.length): HTMLElement {
  const box = document.createElement("div");
  const markdown = create(box);
  for (let at = 0; at < text.length; at += step) markdown.push(text.slice(at, at + step));
  markdown.end();
  return box;
}

test.each([
  ["- one\n- שלום", "ul", "ltr"],
  ["- שלום\n- one", "ul", "rtl"],
  ["> 1: مرحبا", "blockquote", "rtl"],
  ["1. **1**\n2. two", "ol", "ltr"],
  ["| 1 | שלום |\n|---|---|\n| a | b |", "table", "rtl"],
  ["- 1\n- 2", "ul", null],
])("the first letter tells which way a block runs: %j", (text, tag, dir) => {
  for (const step of [1, text.length]) expect(shown(text, step).querySelector(tag)?.getAttribute("dir")).toBe(dir);
});

test("no element has the browser look for that letter: it would at every insertion, in all that has none", () => {
  expect(shown("- a\n\n> 1\n\n- $$\n\n| 1 |\n|---|\n").querySelector("[dir=auto]")).toBeNull();
});

test("what is nested without end has an end", () => {
  for (const nested of ["<sub>".repeat(4000), `${"*".repeat(9000)}a${"*".repeat(9000)}`, `${"~~a ".repeat(5000)}`]) {
    const box = shown(nested);
    let depth = 0;
    for (let el = box.querySelector("p :not(:has(*))"); el; el = el.parentElement) depth++;
    expect(depth).toBeLessThan(110);
  }
});

test("no text gives an element a style, but for the side that a table's cells stand on", () => {
  const wide = `|${"a|".repeat(9)}\n|${"-:|".repeat(9)}\n${`|${"b|".repeat(9)}\n`.repeat(400)}`;
  for (const text of ["- a\n", "a\n\n", "1. a\n\n   b\n", "    a\n", wide])
    for (const { style } of shown(text.repeat(Math.ceil(8000 / text.length))).querySelectorAll<HTMLElement>("[style]"))
      expect(style.cssText).toBe("text-align: right;");
});

test("20 KB make no more elements than characters, whatever is in them", () => {
  const wide = `${"|a".repeat(190)}\n${"|-".repeat(190)}\n${"|\n".repeat(9000)}`;
  for (const text of [wide, "- `\n".repeat(5000), "- - - a\n".repeat(2500), "\u202e".repeat(4000)])
    expect(shown(text).querySelectorAll("*").length).toBeLessThan(text.length * 1.1);
});
