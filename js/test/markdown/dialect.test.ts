import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { create } from "../../src/markdown/index.js";
import { normal } from "./normal.js";

interface Vectors {
  cases: { name: string; markdown: string; normal: string }[];
}

const folder = resolve(import.meta.dirname, "../../../tests/vectors/markdown");
const cases = readdirSync(folder).flatMap(
  (name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as Vectors).cases,
);

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
