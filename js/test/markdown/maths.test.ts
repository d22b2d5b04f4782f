import { describe, expect, test, vi } from "vitest";
import { create, type Markdown } from "../../src/markdown/index.js";
import { isHarmless } from "../../src/markdown/maths/check.js";
import * as katex from "../../src/markdown/maths/index.js";

const turn = () => new Promise((resolve) => setTimeout(resolve));

interface Stage {
  box: HTMLElement;
  markdown: Markdown;
  drawn: () => string[];
}

/** `loaded` is called for the library. */
function stage(loaded: () => Promise<typeof katex> = async () => katex): Stage {
  const box = document.createElement("div");
  document.body.replaceChildren(box);
  const markdown = create(box, { maths: loaded });
  return {
    box,
    markdown,
    drawn: () => [...box.querySelectorAll(".sc-drawn > .sc-tex")].map((el) => el.textContent ?? ""),
  };
}

describe("when a formula is drawn", () => {
  test("the library is asked for when the first block with a formula has closed, once", async () => {
    const loaded = vi.fn(async () => katex);
    const { markdown, drawn } = stage(loaded);
    markdown.push("no maths for $5\n\na $x$ b");
    expect(loaded).not.toHaveBeenCalled();
    markdown.push("\n\n$$\ny\n");
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$"]));
    markdown.push("$$\n");
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$", "$$\ny\n$$"]));
    expect(loaded).toHaveBeenCalledTimes(1);
  });

  test.each([
    ["# a $x$", "\n"],
    ["- a $x$", "\n- b"],
    ["> $x$", "\n\nb"],
    ["| a |\n|---|\n| $x$", " |\n| b |"],
    ["a\n$$x$$", "\n"],
    ["a $x$ b", "\n\n"],
  ])("not while its block is open: %j", async (open, rest) => {
    const { markdown, drawn } = stage();
    for (const char of open) markdown.push(char);
    await turn();
    expect(drawn()).toEqual([]);
    markdown.push(rest);
    await vi.waitFor(() => expect(drawn().length).toBe(1));
  });

  test("the end closes all blocks", async () => {
    const { markdown, drawn } = stage();
    markdown.push("a $x$ and [^n] and ^[$z$]\n\n[^n]: $y$");
    markdown.end();
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$", "$y$", "$z$"]));
  });

  test("source stays the same text node, so that a selection in it lives", async () => {
    const { box, markdown, drawn } = stage();
    markdown.push("a $x^2$ b\n\n");
    const text = box.querySelector(".sc-tex")?.firstChild;
    await vi.waitFor(() => expect(drawn().length).toBe(1));
    markdown.push("more");
    expect(box.querySelector(".sc-drawn > .sc-tex")?.firstChild).toBe(text);
  });

  test("without a library it is its source, and is tried again", async () => {
    let isThere = false;
    const { box, markdown, drawn } = stage(async () => {
      if (!isThere) throw new Error("not now");
      return katex;
    });
    markdown.push("$x$\n\n");
    await turn();
    expect(box.textContent).toBe("$x$");
    isThere = true;
    markdown.push("$y$\n\n");
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$", "$y$"]));
  });

  test("switched off, a dollar is a character like others", () => {
    const box = document.createElement("div");
    const markdown = create(box, { maths: false });
    markdown.push("$a*b*c$ \\(d\\)\n$$\n- e\n$$");
    markdown.end();
    expect(box.querySelector(".sc-maths")).toBeNull();
    expect(box.querySelector("li")?.textContent).toBe("e\n$$");
    expect(box.querySelector("em")?.textContent).toBe("b");
  });
});

const TAGS_OF_MATHS = new Set(["span", "svg", "path"]);

function drawnAs(source: string, display = false): HTMLElement {
  const into = document.createElement("span");
  katex.render(source, display, into);
  return into;
}

describe("what is drawn", () => {
  test("holds MathML for screen readers", () => {
    expect(drawnAs("x^2").querySelector("math annotation")?.textContent).toBe("x^2");
    expect(drawnAs("x", true).querySelector(".katex-display")).not.toBeNull();
  });

  test.each([
    "\\href{javascript:alert(1)}{x}",
    "\\href{https://evil.example}{x}",
    "\\url{https://evil.example}",
    "\\includegraphics{https://evil.example/i.png}",
    "\\htmlId{main}{x}",
    "\\htmlClass{jp-Button}{x}",
    "\\htmlStyle{position:fixed}{x}",
    "\\htmlData{commandlinker-command=x}{x}",
    "\\def\\h{\\href}\\h{javascript:alert(1)}{x}",
    "\\def\\a{\\a\\a}\\a",
    "\\char'u202e",
    '\\char"202E',
    '\\char"200B',
    '\\text{\\char"E0041}',
    "\\unicode{x202e}",
    "\\require{html}",
    "\\style{color:red}{x}",
    "\\class{x}{y}",
    "\\cssId{x}{y}",
    "\\input{/etc/passwd}",
    "\\frac{1",
    "x}",
  ])("is nothing but maths: %s", (source) => {
    const into = document.createElement("span");
    expect(() => katex.render(source, true, into)).toThrow();
    expect(into.childNodes.length).toBe(0);
  });

  test.each([
    ["a", "href", "https://evil.example"],
    ["img", "src", "https://evil.example/i.png"],
    ["span", "onclick", "x()"],
    ["span", "id", "main"],
    ["span", "data-commandlinker-command", "x"],
    ["span", "style", "position: fixed"],
    ["span", "style", "background-image: none"],
    ["span", "style", "color: url(https://evil.example)"],
    ["style", "class", "x"],
    ["svg", "href", "#x"],
    ["path", "d", "javascript:x"],
  ])("is checked, whatever drew it: %s %s", (tag, name, value) => {
    const box = document.createElement("span");
    const el = box.appendChild(document.createElement("span")).appendChild(document.createElement(tag));
    expect(isHarmless(box)).toBe(TAGS_OF_MATHS.has(tag));
    el.setAttribute(name, value);
    expect(isHarmless(box)).toBe(false);
  });

  test("one formula defines nothing for the next", () => {
    drawnAs("\\gdef\\foo{x}\\foo");
    expect(() => drawnAs("\\foo")).toThrow();
    drawnAs("\\gdef\\alpha{x}");
    expect(drawnAs("\\alpha").textContent).toContain("α");
  });

  test("sizes have a limit", () => {
    const styles = [...drawnAs("\\rule{9999em}{1em}").querySelectorAll("[style]")].map((el) =>
      el.getAttribute("style"),
    );
    expect(styles.join()).toContain("border-right-width: 20em");
  });

  test("an error is told in the title, hidden characters by name", async () => {
    const { box, markdown } = stage();
    markdown.push("$\\a\u202eb$ and $\\nope$\n\n");
    await vi.waitFor(() => expect(box.querySelectorAll("[title]").length).toBe(2));
    const [hidden, unknown] = box.querySelectorAll<HTMLElement>(".sc-maths");
    expect(hidden?.textContent).toBe("$\\a⟨U+202E⟩b$");
    expect(hidden?.title).toMatch(/hidden/);
    expect(unknown?.textContent).toBe("$\\nope$");
    expect(unknown?.title).toMatch(/Undefined control sequence/);
  });

  test("too long a source is shown as it is", async () => {
    const { markdown, drawn } = stage();
    markdown.push(`$x${"+x".repeat(3000)}$\n\n$y$\n\n`);
    await vi.waitFor(() => expect(drawn()).toEqual(["$y$"]));
  });
});

describe("a formula that still grows", () => {
  test.each([
    "a $x^2 + y_1$ b",
    "a \\(x^2 + y_1\\)",
    "$$\nx^2 + y_1\n\\frac{1}{2}\n$$\n",
    "\\[\nx + y_1\n\\]\n",
    "- $$x + y_1$$",
  ])("stands in one text node, to which text is added: %j", (source) => {
    const { box, markdown } = stage(() => new Promise(() => {}));
    let node: ChildNode | null = null;
    for (const char of source) {
      markdown.push(char);
      const tex = box.querySelector(".sc-tex");
      if (node && tex) expect(tex.firstChild).toBe(node);
      node = tex?.firstChild ?? null;
    }
    expect(node?.textContent).toMatch(/y_1/);
  });

  test("once drawn, another source is another formula", async () => {
    const { box, markdown, drawn } = stage();
    markdown.push("$x$ [$y$][a] $z$\n\n");
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$", "$y$", "$z$"]));
    markdown.push("[a]: https://example.org\n\n");
    await vi.waitFor(() => expect(drawn()).toEqual(["$x$", "$y$", "$z$"]));
    for (const el of box.querySelectorAll(".sc-drawn"))
      expect(el.querySelector("annotation")?.textContent).toBe(el.querySelector(".sc-tex")?.textContent?.slice(1, -1));
  });
});
