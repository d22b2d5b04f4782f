import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { create } from "../../src/markdown/index.js";
import { Slices } from "../../src/markdown/slices.js";

let now = 0;

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(performance, "now").mockImplementation(() => now++ * 100);
});
afterEach(() => vi.useRealTimers());

function taken(): { slices: Slices; parts: string[]; ended: () => boolean } {
  const parts: string[] = [];
  let isEnded = false;
  const slices = new Slices(
    (text) => void parts.push(text),
    () => {
      isEnded = true;
    },
  );
  return { slices, parts, ended: () => isEnded };
}

test("little text is taken at once", () => {
  const { slices, parts, ended } = taken();
  slices.add("a");
  slices.add("b");
  slices.finish();
  expect([parts, ended()]).toEqual([["a", "b"], true]);
});

test("much text gives the page its turn, in order and to the end", () => {
  const { slices, parts, ended } = taken();
  const text = "0123456789".repeat(3000);
  slices.add(text);
  slices.add("more");
  slices.finish();
  expect([parts.length, ended()]).toEqual([1, false]);
  vi.runAllTimers();
  expect([parts.join(""), ended()]).toEqual([`${text}more`, true]);
});

test("no slice ends inside a character", () => {
  const { slices, parts } = taken();
  slices.add(`a${"😀".repeat(10_000)}`);
  vi.runAllTimers();
  expect(parts.length).toBeGreaterThan(1);
  expect(parts.filter((part) => /[\ud800-\udbff]$/.test(part))).toEqual([]);
});

test("what is not taken yet is forgotten with its view", () => {
  const box = document.createElement("div");
  const markdown = create(box);
  markdown.push("word ".repeat(10_000));
  markdown.destroy();
  vi.runAllTimers();
  expect(box.childNodes.length).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
