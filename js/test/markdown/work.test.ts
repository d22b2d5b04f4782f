/** Hostile text costs what comes, not what stands: work is counted, so that no clock is asked. */
import { beforeEach, expect, test } from "vitest";
import { inlineParser } from "../../src/markdown/dialect.js";
import { Engine } from "../../src/markdown/engine.js";
import { guarded } from "../../src/markdown/spans.js";
import { random, sample } from "./documents.js";

const SIZE = 20_000;
const STEP = 64;
const parse = inlineParser({ linkify: true, notes: true, tags: true, maths: true });
const policy = guarded("https://jupyter.example");
const { seed, docs, timeout } = sample(100);

beforeEach(() => document.body.replaceChildren());

function start(count = (_: string) => {}): Engine {
  const counting: typeof parse = (content, names, reading) => {
    count(content);
    return parse(content, names, reading);
  };
  const engine = new Engine(document, { policy, parse: counting, repair: true, maths: true });
  document.body.append(engine.el);
  return engine;
}

/** Feeds 20 KB of `unit`; calls `after` with the number of each push. */
function feed(engine: Engine, unit: string, after = (_: number) => {}): void {
  const text = unit.repeat(SIZE / unit.length);
  for (let at = 0, i = 0; at < text.length; at += STEP, i++) {
    engine.push(text.slice(at, at + STEP));
    after(i);
  }
}

const ALL = { subtree: true, childList: true, characterData: true, attributes: true };

test.each(["~~a", "[a\n", "[a][", "<a ", "$a$ ", "www.a.b\n", "a@b.c ", "`a", "**a*b", "\u202e", "a  \n", '[a](b "c'])(
  "%j is parsed less than 15 times over",
  { timeout },
  (unit) => {
    let parsed = 0;
    const engine = start((content) => {
      parsed += content.length;
    });
    feed(engine, unit);
    engine.end();
    expect(parsed).toBeLessThan(15 * SIZE);
  },
);

test.each(["- ^[a]\n", "^[a]\n\n", "x[^1]\n\n[^1]: a\n\n", "[a]: b\n\n", "> [a]\n\n", "- [a](b)\n", "$a$\n\n", "`a` "])(
  "a push of %j touches no more nodes at the end than at the beginning",
  { timeout },
  (unit) => {
    const engine = start();
    const watcher = new MutationObserver(() => {});
    watcher.observe(engine.el, ALL);
    const touched: number[] = [];
    feed(engine, unit, () => touched.push(watcher.takeRecords().length));
    watcher.disconnect();
    // What happens seldom, such as a new group of items, is in both halves
    const half = touched.length / 2;
    expect(Math.max(...touched.slice(half))).toBeLessThanOrEqual(1.5 * Math.max(...touched.slice(0, half)));
  },
);

test("text that waits in a long text stands in nodes of its own: more in a node that stands costs the whole", () => {
  const engine = start();
  const watcher = new MutationObserver(() => {});
  watcher.observe(engine.el, { subtree: true, characterData: true });
  let changing = 0;
  feed(engine, "~~a", (i) => {
    if (watcher.takeRecords().length > 0 && i > 70) changing++;
  });
  watcher.disconnect();
  expect(changing).toBeLessThan(12);
});

test.each([
  ["\u200b", "⟨U+200B⟩".repeat(20_000)],
  ["a\u202e", "a⟨U+202E⟩".repeat(10_000)],
  ["\u200e\u200f", "⟨U+200E⟩⟨U+200F⟩".repeat(10_000)],
])("20 KB of %j make few elements, and all of them stay visible", (unit, shown) => {
  const engine = start();
  feed(engine, unit);
  engine.end();
  expect(engine.el.querySelectorAll("*").length).toBeLessThan(10);
  expect(engine.el.textContent === shown).toBe(true);
});

const NOTES = [
  "[^a]",
  "[^b]",
  "^[own]",
  "\n\n",
  "\n\n[^a]: A\n",
  "\n\n[^b]: B ^[inner] [^a]\n",
  "\n- ",
  "word ",
  "\n    c\n",
];

/** All of it, but for the number of the document and which way it runs. */
const html = (engine: Engine): string => engine.el.innerHTML.replaceAll(/(?<=sc-)\d+-| dir="\w*"/g, "");

test("numbers of footnotes and the links to them and back are those of a page that is fed at once", { timeout }, () => {
  const next = random(seed + 5);
  for (let i = 0; i < docs; i++) {
    const engine = start();
    let text = "";
    for (let k = 0; k < 14; k++) {
      const piece = NOTES[Math.floor(next() * NOTES.length)] ?? "";
      engine.push(piece);
      text += piece;
      const fresh = start();
      fresh.push(text);
      expect(html(engine), JSON.stringify(text)).toBe(html(fresh));
      fresh.destroy();
    }
    engine.destroy();
  }
});
