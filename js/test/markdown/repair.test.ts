import { beforeEach, expect, test } from "vitest";
import { create } from "../../src/markdown/index.js";
import { mathsDocument, random, document as randomDocument, sample } from "./documents.js";
import { normal } from "./normal.js";

beforeEach(() => document.body.replaceChildren());

function shown(...pieces: string[]): string {
  const box = document.createElement("div");
  const markdown = create(box);
  for (const piece of pieces) markdown.push(piece);
  return normal(box);
}

test.each([
  ["a **b", "<P>a <STRONG>b</STRONG></P>"],
  ["a **b*", "<P>a <STRONG>b</STRONG></P>"],
  ["a **b**", "<P>a <STRONG>b</STRONG></P>"],
  ["a *b **c", "<P>a <EM>b <STRONG>c</STRONG></EM></P>"],
  ["a **", "<P>a</P>"],
  ["a ~~b", "<P>a <S>b</S></P>"],
  ["a `b *c", "<P>a <CODE>b *c</CODE></P>"],
  ["a ``b `c", "<P>a <CODE>b `c</CODE></P>"],
  ["a `b` `", "<P>a <CODE>b</CODE></P>"],
  ["a [b", "<P>a b</P>"],
  ["a [b](https://x.exa", "<P>a <A>b</A></P>"],
  ["a [b **c", "<P>a b <STRONG>c</STRONG></P>"],
  ["a https://x.example/y", "<P>a <A>https://x.example/y</A></P>"],
  ["a ![b](https://x.exa", "<P>a <A>b</A></P>"],
  ["- [ ", "<UL><LI>[</LI></UL>"],
  ["a\n\n***", "<P>a</P>"],
  ["[a]: https://x.exam", ""],
  ["a x<sub>2", "<P>a x<SUB>2</SUB></P>"],
  ["# a *b", "<H1>a <EM>b</EM></H1>"],
  ["a\n-", "<P>a</P>"],
  ["a\n\n1", "<P>a</P>"],
  ["```\na\n``", '<PRE>"a"</PRE>'],
  ["| a | b", "<TABLE><THEAD><TR><TH>a</TH><TH>b</TH></TR></THEAD></TABLE>"],
  ["> | a |\n> |-", "<BLOCKQUOTE><TABLE><THEAD><TR><TH>a</TH></TR></THEAD></TABLE></BLOCKQUOTE>"],
  ["|a|\n|-|\n|*b", "<TABLE><THEAD><TR><TH>a</TH></TR></THEAD><TBODY><TR><TD><EM>b</EM></TD></TR></TBODY></TABLE>"],
])("unfinished %j is shown as it will be", (text, want) => expect(shown(text)).toBe(want));

test.each([
  ["a $x^2 *b", "$x^2 *b"],
  ["a \\(x *b", "\\(x *b"],
  ["a $$x", "$$x"],
  ["- $$\n  a_1 *b", "$$\na_1 *b"],
  [`\\[\n${"a_1 *b \\\\\n".repeat(90)}c*`, null],
])("unfinished formula in %j is its source", (text, source) => {
  const box = document.createElement("div");
  create(box).push(text);
  expect(box.querySelector(".sc-maths")?.textContent).toBe(source ?? text);
});

test.each(["a $5 *b*", "$HOME is *x*", "$$ is the *pid*", "\\[as they *say*", "a \\(see that *there*"])(
  "%j is no formula yet",
  (text) => {
    const box = document.createElement("div");
    create(box).push(text);
    expect(box.querySelector(".sc-maths")).toBeNull();
    expect(box.querySelector("em")).not.toBeNull();
  },
);

test.each(["5 * 3 is", "snake_case_name", "a\\*b", "x [1] y", "a `b` c"])("%j needs no repair", (text) => {
  const box = document.createElement("div");
  const markdown = create(box);
  markdown.push(text);
  const before = normal(box);
  markdown.end();
  expect(normal(box)).toBe(before);
});

test("a link has no target before it is complete, not even from a definition", () => {
  expect(shown("[a]\n\n[a]: https://x.exam")).toBe("<P>[a]</P>");
  expect(shown("[a]\n\n[a]: https://x.example\n")).toBe("<P><A https://x.example/>a</A></P>");
});

test("what comes next is shown in the nodes that stand", () => {
  const box = document.createElement("div");
  const markdown = create(box);
  markdown.push("a **b");
  const strong = box.querySelector("strong");
  const text = strong?.firstChild;
  markdown.push(" c*");
  markdown.push("* d");
  expect(box.querySelector("strong")).toBe(strong);
  expect(strong?.firstChild).toBe(text);
  expect(normal(box)).toBe("<P>a <STRONG>b c</STRONG> d</P>");
});

const { seed, docs, timeout } = sample(150);

test("at the end nothing of the repair is left", { timeout }, () => {
  const next = random(seed + 2);
  for (let i = 0; i < docs; i++) {
    const text = (i % 2 ? mathsDocument : randomDocument)(next);
    const [cut, whole] = [document.createElement("div"), document.createElement("div")];
    const streamed = create(cut);
    for (const char of text) streamed.push(char);
    streamed.end();
    create(whole, { repair: false }).push(text);
    expect(normal(cut), JSON.stringify(text)).toBe(normal(whole));
  }
});

test("small tags are understood, others are text", () => {
  const box = document.createElement("div");
  create(box, { repair: false }).push("a<br>b H<sub>2</sub>O <kbd>*x*</kbd> <sup>y <b>z</b> *<mark>p*</mark>");
  expect(box.querySelector("p")?.innerHTML).toBe(
    "a<br>\nb H<sub>2</sub>O <kbd><em>x</em></kbd> &lt;sup&gt;y &lt;b&gt;z&lt;/b&gt; <em>&lt;mark&gt;p</em>&lt;/mark&gt;",
  );
});

test("text with more brackets than any text needs is shown as it stands", () => {
  const box = document.createElement("div");
  create(box).push("[".repeat(6000));
  expect(box.textContent).toBe("[".repeat(6000));
});
