import { beforeEach, describe, expect, test, vi } from "vitest";
import { inlineParser } from "../../src/markdown/dialect.js";
import { Engine } from "../../src/markdown/engine.js";
import { create } from "../../src/markdown/index.js";
import { bare, guarded } from "../../src/markdown/spans.js";
import { batch, blocks } from "./batch.js";
import { inlineDocument, mathsDocument, random, document as randomDocument, sample } from "./documents.js";
import { normal } from "./normal.js";

const parse = inlineParser({ linkify: true, notes: true, tags: false });
const parseMaths = inlineParser({ linkify: true, notes: true, tags: false, maths: true });

function start(policy = bare, maths = false): Engine {
  const engine = new Engine(document, { policy, parse: maths ? parseMaths : parse, repair: false, maths });
  document.body.append(engine.el);
  return engine;
}

beforeEach(() => document.body.replaceChildren());

function pieces(text: string | readonly string[], next: () => number, most: number): string[] {
  const out: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(next() * most);
    const piece = text.slice(at, at + size);
    out.push(typeof piece === "string" ? piece : piece.join(""));
    at += size;
  }
  return out;
}

/** markdown-it-footnote loses what stands behind a footnote inside a footnote: nothing to be equal to. */
function hasNestedNotes(text: string): boolean {
  let depth = 0;
  return blocks.parse(text, {}).some(({ type }) => {
    depth += type === "footnote_reference_open" ? 1 : type === "footnote_reference_close" ? -1 : 0;
    return depth > 1;
  });
}

/** Half a surrogate pair never arrives: text comes decoded. */
const whole = (text: string) => !/[\ud800-\udbff]$/.test(text);

const { seed, docs, timeout } = sample(150);

test.each([
  ["", false],
  [", with maths", true],
])("DOM after every push equals a batch render of the text so far%s", { timeout }, (_, maths) => {
  const next = random(seed);
  for (let i = 0; i < docs; i++) {
    const engine = start(bare, maths);
    let text = "";
    let held = "";
    const source = (maths ? mathsDocument : randomDocument)(next);
    if (hasNestedNotes(source)) continue;
    for (const piece of pieces(source, next, 9)) {
      held += piece;
      if (!whole(held)) continue;
      engine.push(held);
      text += held;
      held = "";
      expect(normal(engine.el), JSON.stringify(text)).toBe(batch(text, maths));
    }
    engine.el.remove();
  }
});

test("inline markup after every push equals a batch render of the text so far", { timeout }, () => {
  const next = random(seed + 3);
  for (let i = 0; i < docs / 10; i++) {
    const source = inlineDocument(next);
    if (hasNestedNotes(source)) continue;
    const engine = start();
    let text = "";
    for (const piece of pieces([...source], next, 3)) {
      engine.push(piece);
      text += piece;
      // The browser's parser leaves an empty element where a footnote's number ends a link
      expect(normal(engine.el).replace(/<\/?SUP>/g, ""), JSON.stringify(text)).toBe(
        batch(text).replace(/<\/?SUP>/g, ""),
      );
    }
    engine.el.remove();
  }
});

const PARTS =
  'a. ,*b* c. ,**b. ,d** e. ,`f. ,g` h. ,[i] j. ,[k. ,l](m) n. ,_o. ,p_ q. ,r_s. ,\\\\] t. ,[u ,] v. ,<w. ,*x [y* z. ,~~. ,\nb. ,\nc *d*\n,[e](f "g ,h") i ,*j k* ,~~l~~ ,`m` ,[n\no] ,* p , _q_ ,r  \ns ,http://t.u ,<v ,[i]: w '.split(
    ",",
  );

const MATHS_PARTS =
  "$a. ,b$ c. ,$d$ e. ,$5. ,$ f. ,$$g. ,h$$ i. ,\\(j. ,k\\) l. ,\\[m. ,n\\] o. ,\\$p. ,5$ q. ,r$. ".split(",");

test.each([
  ["", false],
  [", with maths", true],
])("a long paragraph is cut only where no markup crosses the cut%s", { timeout }, (_, maths) => {
  const next = random(seed + 1);
  const parts = maths ? [...PARTS, ...MATHS_PARTS, ...MATHS_PARTS] : PARTS;
  for (let i = 0; i < docs / 10; i++) {
    const engine = start(bare, maths);
    let text = "";
    for (let part = 0; part < 30; part++) {
      let piece = next() < 0.3 ? "plain words. ".repeat(12) : "";
      for (let k = 0; k < (maths ? 3 : 6); k++) piece += parts[Math.floor(next() * parts.length)];
      engine.push(piece);
      text += piece;
      expect(normal(engine.el), JSON.stringify(text)).toBe(batch(text, maths));
    }
    engine.el.remove();
  }
});

test.each([
  ["title", `[a](b "${"c ".repeat(300)}")`],
  ["label", `[${"c ".repeat(300)}](b)`],
  ["code", `\`${"c ".repeat(300)}\``],
  ["emphasis", `*${"c ".repeat(300)}d*`],
])("a long paragraph is not cut in a long %s", (_, markup) => {
  const engine = start();
  const text = `${"word ".repeat(200)}${markup} end`;
  for (let at = 0; at < text.length; at += 16) {
    engine.push(text.slice(at, at + 16));
    expect(normal(engine.el)).toBe(batch(text.slice(0, at + 16)));
  }
});

test("without a policy hidden characters stay what they are, in code too", () => {
  const text = "a\u200bb `\u202e`\n\n    \f\n\n```\n\u2028\ufeff";
  const engine = start();
  engine.push(text);
  expect(normal(engine.el)).toBe(batch(text));
});

test("line feeds in all spellings, cut anywhere", () => {
  const text = "a\r\nb\rc\n\r\n- d\r\r\n- e\r";
  for (let at = 0; at <= text.length; at++) {
    const engine = start();
    engine.push(text.slice(0, at));
    engine.push(text.slice(at));
    expect(normal(engine.el)).toBe(batch(text));
  }
});

test("a definition that comes late reaches its users, and only them", () => {
  const engine = start();
  engine.push("[a] x\n\n[b] y\n\n");
  const [first, second] = engine.el.querySelectorAll("p");
  const text = second?.firstChild;
  engine.push("[a]: https://x.example/\n");
  expect(first?.innerHTML).toBe('<a href="https://x.example/">a</a> x');
  expect(second?.firstChild).toBe(text);
});

test.each([
  "[a <https://x.example> \\[b](https://y.example) c",
  "[*a <https://x.example> **b** c* d](https://y.example) e",
  "[<https://x.example><https://y.example>](https://z.example)",
])("no link stands in a link: %s", (text) => {
  const engine = start();
  engine.push(text);
  expect(engine.el.querySelector("a a")).toBeNull();
  expect(normal(engine.el)).toBe(batch(text));
});

test("footnotes are numbered by first use and collected below", () => {
  const engine = start();
  const text = "x[^b] y[^a] z[^b]\n\n[^a]: A\n\n[^b]: B\n\n    C\n";
  for (const char of text) engine.push(char);
  expect(normal(engine.el)).toBe(batch(text));
  expect(engine.el.querySelector("section")?.textContent).toMatch(/B.*C.*A/s);
});

test.each(["a[^n]^[see [^n] and www.x.yz]", "- [^n]\n\nb ^[c [^n]] ^[[^n]]"])(
  "a footnote's own text has links and references: %s",
  (text) => {
    const engine = start();
    const source = `${text}\n\n[^n]: N`;
    for (const char of source) engine.push(char);
    expect(normal(engine.el)).toBe(batch(source));
  },
);

test("a footnote that only another's own text refers to is not lost, as in markdown-it-footnote", () => {
  const engine = start();
  engine.push("a^[see [^n]]\n\n[^n]: N");
  expect(normal(engine.el)).toBe(
    "<P>a<SUP><A #>[1]</A></SUP></P><HR></HR><OL><LI><P>see <SUP><A #>[2]</A></SUP> <A #>↩︎</A></P></LI><LI><P>N <A #>↩︎</A></P></LI></OL>",
  );
});

test("a link ends before a footnote's number, which is a link too", () => {
  const engine = start();
  const text = "[a *b^[N] c* d](u)";
  for (const char of text) engine.push(char);
  expect(engine.el.querySelector("a a")).toBeNull();
  expect(normal(engine.el).replace(/<\/?SUP>/g, "")).toBe(batch(text).replace(/<\/?SUP>/g, ""));
});

test("a huge paragraph that cannot be cut is parsed seldom, and exact at the end", () => {
  let parsed = 0;
  const counting: typeof parse = (content, names, reading) => {
    parsed += content.length;
    return parse(content, names, reading);
  };
  const engine = new Engine(document, { policy: bare, parse: counting, repair: true });
  const text = `*[${"[1, 2], ".repeat(4500)}`;
  for (let at = 0; at < text.length; at += 64) engine.push(text.slice(at, at + 64));
  engine.end();
  expect(normal(engine.el)).toBe(batch(text));
  expect(parsed).toBeLessThan(text.length * 160);
});

describe("what is settled", () => {
  const settledNodes = (el: HTMLElement) => [...el.querySelectorAll("*")].flatMap((n) => [n, ...n.childNodes]);
  const BLOCKS = "# h\n\npara *em*\n\n- a\n- b\n\n```js\nx\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\n";

  test("keeps its nodes and its text while more arrives", () => {
    const engine = start();
    engine.push(`${BLOCKS}end\n\n`);
    const before = settledNodes(engine.el).map((node) => [node, node.textContent] as const);
    const watch = new MutationObserver(() => {});
    for (const child of engine.el.children)
      watch.observe(child, { subtree: true, childList: true, characterData: true });
    for (const char of `${BLOCKS}${BLOCKS}`) engine.push(char);
    expect(watch.takeRecords()).toEqual([]);
    for (const [node, text] of before) {
      expect(node.isConnected).toBe(true);
      expect(node.textContent).toBe(text);
    }
  });

  test("text only grows at its end", () => {
    const engine = start();
    engine.push("first words");
    const text = engine.el.querySelector("p")?.firstChild as Text;
    for (const piece of [" and", " more", "\nwords"]) engine.push(piece);
    expect(engine.el.querySelector("p")?.firstChild).toBe(text);
    expect(text.data).toBe("first words and more\nwords");
  });

  test("a selection survives tight turning loose and a paragraph turning heading", () => {
    for (const [before, after] of [
      ["- quick brown\n- b", "\n\n- c"],
      ["quick brown", "\n==="],
    ] as const) {
      const engine = start();
      engine.push(before);
      const walker = document.createTreeWalker(engine.el, NodeFilter.SHOW_TEXT);
      const text = walker.nextNode() as Text;
      document.getSelection()?.setBaseAndExtent(text, 0, text, 11);
      engine.push(after);
      expect(document.getSelection()?.toString()).toBe("quick brown");
      expect(document.getSelection()?.anchorNode).toBe(text);
      engine.el.remove();
    }
  });

  test("long code, tables and lists stand in boxes of their own", () => {
    const engine = start();
    engine.push(`\`\`\`\n${"line\n".repeat(100)}\`\`\`\n\n`);
    engine.push(`|a|b|\n|-|-|\n${"|1|2|\n".repeat(100)}\n`);
    engine.push("1. x\n".repeat(200));
    expect(engine.el.querySelectorAll(".sc-lines").length).toBe(4);
    expect(engine.el.querySelectorAll(".sc-rows").length).toBe(4);
    expect(engine.el.querySelectorAll("[role=row]").length).toBe(101);
    const groups = [...engine.el.querySelectorAll("ol > .sc-group")];
    expect(groups.map((group) => [group.children.length, group.firstElementChild?.getAttribute("value")])).toEqual([
      [64, "65"],
      [64, "129"],
      [8, "193"],
    ]);
  });
});

describe("policy for a model's text", () => {
  function guard(text: string): HTMLElement {
    const engine = start(guarded("https://jupyter.example"));
    engine.push(text);
    return engine.el;
  }

  test.each([
    "[x](javascript:alert(1))",
    "[x](/api/kernels)",
    "[x](//evil.example)",
    "[x](https://jupyter.example/api)",
    "[x](https://bank.example@evil.example)",
    "[x](data:text/html,x)",
    "<ms-msdt:x>",
  ])("no link: %s", (text) => expect(guard(text).querySelector("a")).toBeNull());

  test("links open elsewhere and tell nothing", () => {
    const link = guard("[x](https://x.example 'T')").querySelector("a");
    expect(link?.outerHTML).toBe(
      '<a href="https://x.example/" title="T" target="_blank" rel="noopener noreferrer nofollow" referrerpolicy="no-referrer">x</a>',
    );
  });

  test("true host stands behind a link that names another one", () => {
    expect(guard("[www.bank.example](https://evil.example)").textContent).toBe("www.bank.example (evil.example)");
  });

  test("an image is asked for by a click, not before", () => {
    const el = guard("![alt](https://x.example/i.png)");
    expect(el.querySelector("img")).toBeNull();
    expect(el.textContent).toContain("alt (x.example)");
    el.querySelector("button")?.click();
    expect(el.querySelector("img")?.getAttribute("src")).toBe("https://x.example/i.png");
    expect(el.querySelector("img")?.referrerPolicy).toBe("no-referrer");
  });

  test("no image can be loaded while its block is open", () => {
    const box = document.createElement("div");
    const markdown = create(box);
    markdown.push("![alt](https://x.example/i.png)");
    expect(box.querySelector("button")).toBeNull();
    markdown.push("\n\nnext");
    expect(box.querySelector("button")?.textContent).toBe("Load image");
  });

  test("code tells its language and copies its true text", () => {
    const written: string[] = [];
    const clipboard = { writeText: async (text: string) => void written.push(text) };
    vi.stubGlobal("navigator", { clipboard });
    const el = guard("```js onload=x\na\u202eb\n```\n");
    expect(el.querySelector(".sc-code-head > span")?.textContent).toBe("js");
    el.querySelector("button")?.click();
    expect(written).toEqual(["a\u202eb\n"]);
    vi.unstubAllGlobals();
  });

  test("hidden characters are named, in code too", () => {
    const el = guard("a\u202eb `c\u200b`\n\n    d\u2066\n");
    expect(el.textContent).toMatch(/^a⟨U\+202E⟩b c⟨U\+200B⟩.*d⟨U\+2066⟩$/);
  });

  test("joiners between letters and in emoji stay", () => {
    expect(guard("نمی\u200cخواهم 👩\u200d💻").textContent).toBe("نمی\u200cخواهم 👩\u200d💻");
  });
});
