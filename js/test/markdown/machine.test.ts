import { expect, test } from "vitest";
import { Machine } from "../../src/markdown/machine.js";
import { blocks } from "./batch.js";
import { random, document as randomDocument, sample } from "./documents.js";
import { ofMachine, ofTokens } from "./tokens.js";

/** Reads `text` up to every line end and every third character between, as a stream would bring it. */
function prefixes(text: string, check: (prefix: string, blocks: string[]) => void): void {
  const machine = new Machine();
  let rest = "";
  for (let at = 1; at <= text.length; at++) {
    const last = text.charAt(at - 1);
    if (last === "\n") machine.line(rest);
    rest = last === "\n" ? "" : rest + last;
    if (at % 3 !== 0 && last !== "\n" && at !== text.length) continue;
    const takeBack = /[^ \t]/.test(rest) ? machine.save() : null;
    if (takeBack) machine.line(rest, false);
    check(text.slice(0, at), ofMachine(machine));
    takeBack?.();
  }
}

function expectExact(text: string): void {
  prefixes(text, (prefix, got) => expect(got, JSON.stringify(prefix)).toEqual(ofTokens(blocks.parse(prefix, {}))));
}

test.each([
  ["setext underline turns the paragraph", "a\nb\n===\nc"],
  ["delimiter row turns the last line into a header", "a\nb | c\n--|--\n1 | 2\n\nd"],
  ["header line that is also a list", "- a | b\n|---|---|\n| 1 | 2 |"],
  ["title closes after many lines", "[a]: /u\n'one\ntwo\nthree'\n\n[a]"],
  ["title that never closes stays text", "[a]: /u\n'one\ntwo\n\n[a]"],
  ["label over lines, underlined meanwhile", "[a\n===\nb]: /u\n\nc"],
  ["empty title with text behind takes the definition back", "[a]: /u\n'' x\ny"],
  ["definition in an item goes on outside its indent", "- [a]:\n/u\n'x\ny'\n- b"],
  ["header behind a definition", "[a]: /u\nb | c\n--|--\nd | e"],
  ["lazy continuation ends before code", "> > a\n    # b\nc"],
  ["quote ends before any list", "> a\n2. b\n> c\n-"],
  ["item that begins with a blank line", "-\n\n  a\n-\n  b\n-\n\n- c"],
  ["loose by a gap in one item", "- a\n- b\n\n  c\n- d"],
  ["gap inside a nested list", "- a\n  - b\n\n  - c\n- d"],
  ["fence in a list in a quote", "> - ```\n>   a\n>\n>   b\n> c\nd"],
  ["tabs behind markers", "-\ta\n\n\tb\n>\t\tc\n1.\t\td"],
  ["code keeps inner blank lines only", "    a\n\n      b\n\n\nc"],
  ["line with a quote's and a list's marker is not blank", "> - -\n>   a\n\n> - > -\n>   > a"],
  ["NBSP is not blank", "a\n\u00a0\nb"],
  ["footnote with two paragraphs", "x[^1]\n\n[^1]: a\n\n    b\n\nc"],
])("blocks at every prefix: %s", (_, text) => expectExact(text));

const { seed, docs, timeout } = sample(400);

test("blocks of random documents equal markdown-it's at every prefix", { timeout }, () => {
  const next = random(seed);
  for (let i = 0; i < docs; i++) expectExact(randomDocument(next).replace(/[\r\0]/g, ""));
});

test("rest of a document nested too deeply is dropped as markdown-it drops it", () => {
  expectExact(`${"> ".repeat(60)}a\nb\n\n${"- ".repeat(60)}c\n\nd`);
});
