import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { create } from "../../src/markdown/index.js";
import { normal } from "./normal.js";

interface Vectors {
  cases: { name: string; markdown: string; normal: string }[];
}

const path = resolve(import.meta.dirname, "../../../tests/vectors/markdown/dialect.json");
const { cases } = JSON.parse(readFileSync(path, "utf8")) as Vectors;

test.each(cases)("dialect: $name", ({ markdown, normal: want }) => {
  const [box, whole] = [document.createElement("div"), document.createElement("div")];
  const streamed = create(box);
  for (const char of markdown) streamed.push(char);
  streamed.end();
  expect(normal(box)).toBe(want);
  const once = create(whole);
  once.push(markdown);
  once.end();
  expect(normal(whole)).toBe(want);
});
