/** The law that readers feel: what is settled stays as it is, node by node, whatever comes and however it is cut. */
import { beforeEach, expect, test } from "vitest";
import { inlineParser } from "../../src/markdown/dialect.js";
import { Engine } from "../../src/markdown/engine.js";
import { bare, guarded } from "../../src/markdown/spans.js";
import { random, document as randomDocument, sample } from "./documents.js";

const parse = inlineParser({ linkify: true, notes: true, tags: true });
const { seed, docs, timeout } = sample(150);

beforeEach(() => document.body.replaceChildren());

function start(repair: boolean, policy = guarded("https://jupyter.example")): Engine {
  const engine = new Engine(document, { policy, parse, repair });
  document.body.append(engine.el);
  return engine;
}

const ALL = { subtree: true, childList: true, characterData: true, attributes: true };

/** The top-level blocks, in whatever boxes they stand. */
const blocksOf = (el: HTMLElement): Element[] =>
  [...el.children].flatMap((child) => (child.className === "sc-group" ? [...child.children] : child));

/** How many blocks no further line can change: those before the last that complete lines have made. */
function settledBlocks(text: string): number {
  const engine = start(false, bare);
  engine.push(text.slice(0, text.lastIndexOf("\n") + 1));
  const count = blocksOf(engine.el).length - 1;
  engine.el.remove();
  return Math.max(0, count);
}

/** Documents in which no later line gives a meaning to an earlier bracket. */
const withoutBrackets = (text: string) => text.replaceAll("[", "(");

function pieces(text: string, next: () => number, most: number): string[] {
  const out: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(next() * most);
    // Text comes decoded: both halves of a character together
    const end = /[\ud800-\udbff]/.test(text.charAt(at + size - 1)) ? at + size + 1 : at + size;
    out.push(text.slice(at, end));
    at = end;
  }
  return out;
}

test.each([true, false])("no node of a settled block is touched (repair: %s)", { timeout }, (repair) => {
  const next = random(seed + 2);
  let watched = 0;
  for (let i = 0; i < docs; i++) {
    const engine = start(repair);
    const watcher = new MutationObserver(() => {});
    const known = new Set<Element>();
    const source = withoutBrackets(randomDocument(next, 14));
    let text = "";
    // Some are long enough for blocks in boxes
    const before = i % 10 === 0 ? ["x\n\n".repeat(66)] : [];
    for (const piece of [...before, ...pieces(source, next, 11), null]) {
      if (piece === null) engine.end();
      else engine.push(piece);
      text += piece ?? "";
      expect(watcher.takeRecords(), JSON.stringify([text, piece])).toEqual([]);
      const blocks = blocksOf(engine.el);
      for (const block of known) expect(blocks.includes(block), JSON.stringify([text, piece])).toBe(true);
      for (const block of blocks.slice(0, settledBlocks(text))) {
        if (known.has(block)) continue;
        known.add(block);
        watcher.observe(block, ALL);
      }
    }
    watched += known.size;
    watcher.disconnect();
    engine.el.remove();
  }
  expect(watched).toBeGreaterThan(docs);
});

/** Where the selection begins and ends. */
function selected(): unknown[] {
  const { anchorNode, anchorOffset, focusNode, focusOffset } = document.getSelection() as Selection;
  return [anchorNode, anchorOffset, focusNode, focusOffset];
}

/** Selects from somewhere to somewhere in the text of `blocks`; null where there is none. */
function select(blocks: readonly Element[], next: () => number): unknown[] | null {
  const texts = blocks.flatMap((block) => {
    const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
    return Array.from({ length: block.textContent?.length ?? 0 }, () => walker.nextNode() as Text | null).filter(
      (node) => node !== null,
    );
  });
  const ends = [0, 1].map(() => texts[Math.floor(next() * texts.length)]);
  const [from, to] = ends;
  const selection = document.getSelection();
  if (!from || !to || !selection) return null;
  const at = (node: Text) => Math.floor(next() * (node.length + 1));
  selection.setBaseAndExtent(from, at(from), to, at(to));
  return selected();
}

test("a selection in settled text stays until the end, to the letter", { timeout }, () => {
  const next = random(seed + 3);
  for (let i = 0; i < docs; i++) {
    const engine = start(true);
    const source = withoutBrackets(randomDocument(next, 14));
    let text = "";
    let chosen: unknown[] | null = null;
    for (const piece of [...pieces(source, next, 11), null]) {
      if (piece === null) engine.end();
      else engine.push(piece);
      text += piece ?? "";
      if (chosen) expect(selected(), JSON.stringify([text, piece])).toEqual(chosen);
      else chosen = select(blocksOf(engine.el).slice(0, settledBlocks(text)), next);
    }
    document.getSelection()?.removeAllRanges();
    engine.el.remove();
  }
});

test("a definition that comes late changes the texts that ask for it, and no other node", { timeout }, () => {
  const next = random(seed + 4);
  for (let i = 0; i < docs; i++) {
    const engine = start(true);
    const parts = Array.from({ length: 8 }, (_, n) => `${withoutBrackets(randomDocument(next, 3))}\n\npart ${n}\n\n`);
    const asking = Math.floor(next() * parts.length);
    parts.splice(asking, 0, "asks for [late] and [other]\n\n");
    engine.push(parts.join(""));
    const blocks = blocksOf(engine.el);
    const users = blocks.filter((block) => block.textContent?.includes("asks for"));
    const watcher = new MutationObserver(() => {});
    for (const block of blocks.slice(0, -1)) if (!users.includes(block)) watcher.observe(block, ALL);
    engine.push("[late]: https://late.example/\n\nend\n");
    expect(watcher.takeRecords()).toEqual([]);
    watcher.disconnect();
    engine.el.remove();
  }
});
