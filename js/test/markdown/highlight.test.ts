import { beforeEach, describe, expect, test, vi } from "vitest";
import * as highlighter from "../../src/markdown/highlight/index.js";
import { create } from "../../src/markdown/index.js";

beforeEach(() => document.body.replaceChildren());

/** The lines of `code`, each as its coloured stretches. */
function colours(language: string, code: string): string[][] {
  const grammar = highlighter.grammarOf(language);
  if (!grammar) throw new Error(`no grammar for ${language}`);
  let state: highlighter.State = null;
  return code.split("\n").map((line) => {
    const result = highlighter.tokenize(grammar, line, state);
    state = result.state;
    return result.tokens.map(({ start, end, kind }) => `${kind} ${line.slice(start, end)}`);
  });
}

const LANGUAGES = "python javascript json bash sql html css yaml toml r julia c java go rust markdown diff latex".split(
  " ",
);

describe("colours", () => {
  test.each([
    ["python", "def f(x):", ["keyword def", "name f"]],
    ["python", "s = f'a' # b", ["string f'a'", "comment # b"]],
    ["ts", "const a: string = `b`;", ["keyword const", "type string", "string `b`"]],
    ["js", "x = a / b / 2; // c", ["number 2", "comment // c"]],
    ["json", '{"a": [1, "b"]}', ['property "a"', "number 1", 'string "b"']],
    ["bash", 'echo "$a" $b --c # d', ["type echo", 'string "$a"', "property $b", "meta --c", "comment # d"]],
    ["sql", "select 'it''s' -- c", ["keyword select", "string 'it''s'", "comment -- c"]],
    [
      "html",
      '<a b="c">don\'t</a>',
      ["keyword <a", "property b", 'string "c"', "keyword >", "keyword </a", "keyword >"],
    ],
    ["css", "a { color: #fff }", ["property color", "number #fff"]],
    ["yaml", "- a: 1 # b", ["property a", "number 1", "comment # b"]],
    ["toml", "[a]", ["keyword [a]"]],
    ["r", "x <- f(TRUE)", ["keyword <-", "name f", "number TRUE"]],
    ["julia", "f(x) = x' # c", ["name f", "comment # c"]],
    ["c++", "#include <a>", ["meta #include"]],
    ["java", "@A int x = 'c';", ["meta @A", "type int", "string 'c'"]],
    ["go", "func f() error", ["keyword func", "name f", "type error"]],
    ["rust", "fn f<'a>(x: &'a str)", ["keyword fn", "type 'a", "type 'a", "type str"]],
    ["markdown", "# a", ["keyword # a"]],
    ["diff", "+a", ["inserted +a"]],
    ["latex", "\\frac{a}{b} % c", ["name \\frac", "comment % c"]],
  ])("of %s: %s", (language, line, want) => expect(colours(language, line)[0]).toEqual(expect.arrayContaining(want)));

  test("what is open at a line's end goes on in the next", () => {
    expect(colours("python", 'a = """b\nc\n""" + 1')).toEqual([
      ['string """b'],
      ["string c"],
      ['string """', "number 1"],
    ]);
    expect(colours("c", "/* a\nb */ int")).toEqual([["comment /* a"], ["comment b */", "type int"]]);
  });

  const PIECES =
    '\' " ` /* """ \'\'\' < ( \\ a_ $ 0x - [ a. 1. -- # \\" a: "a": __ <!-- <a_ a=" =/ { @a & &a; ** % ~ r#" ]( e+ \'a';

  // Were one of them quadratic in a line's length, all of this would take minutes
  test.each(PIECES.split(" "))("take no time over 20 KB of %j", { timeout: 30_000 }, (piece) => {
    const line = piece.replaceAll("_", " ").repeat(999).slice(0, 999);
    for (const language of LANGUAGES) colours(language, `${line}\n`.repeat(20));
  });

  test("of every language and its usual names are there", () => {
    const others = "py js jsx typescript ts tsx sh shell console zsh yml cpp c++ h hpp tex rs jl xml md patch jsonl";
    const names = [...LANGUAGES, ...others.split(" ")];
    expect(names.filter((name) => !highlighter.grammarOf(name))).toEqual([]);
    expect(highlighter.grammarOf("Python")).toBe(highlighter.grammarOf("py"));
  });

  test("leave a line alone that is too long to be code", () => {
    expect(colours("python", `'''\n${"x = 1 ".repeat(20_000)}\n'''`)).toEqual([["string '''"], [], ["string '''"]]);
  });
});

const LINES = Array.from({ length: 80 }, (_, i) => `def f_${i}(x): # c\u200b`);

test("code is coloured line by line while it streams, and its text nodes stay", async () => {
  const box = document.createElement("div");
  document.body.append(box);
  const load = vi.fn(async () => highlighter);
  const markdown = create(box, { highlighter: load });
  markdown.push(`\`\`\`py\n${LINES[0]}\n${LINES[1]}`);
  await vi.waitFor(() => expect(box.querySelector(".sc-t-keyword")?.textContent).toBe("def"));
  expect(box.querySelectorAll(".sc-t-keyword").length).toBe(1);
  const comment = box.querySelector(".sc-t-comment")?.firstChild;
  markdown.push(`\n${LINES.slice(2).join("\n")}\n\`\`\`\n\nend`);
  markdown.end();
  expect(box.querySelectorAll(".sc-t-name").length).toBe(80);
  expect(box.querySelector(".sc-t-comment")?.firstChild).toBe(comment);
  expect(box.querySelector("code")?.textContent).toBe(LINES.join("\n").replaceAll("\u200b", "⟨U+200B⟩"));
  expect(load).toHaveBeenCalledTimes(1);
});

test("a name is asked for once, when it has come", async () => {
  const box = document.createElement("div");
  const load = vi.fn(async () => highlighter);
  const markdown = create(box, { highlighter: load });
  for (const char of "```python\nif\n") markdown.push(char);
  expect(load).toHaveBeenCalledTimes(1);
  expect(box.querySelector(".sc-code-head > span")?.textContent).toBe("python");
});

test("where nothing is selected, many blocks ask for the selection once", async () => {
  const target = document.createElement("div");
  document.body.append(target);
  document.getSelection()?.removeAllRanges();
  const asked = vi.spyOn(document, "getSelection");
  const view = create(target, { highlighter: async () => highlighter });
  view.push("```python\nx = 1\n```\n\n".repeat(50));
  view.end();
  await vi.waitFor(() => expect(target.querySelectorAll("code span[class^=sc-t-]").length).toBe(50));
  expect(asked.mock.calls.length).toBeLessThan(5);
  asked.mockRestore();
});

test("colours that come late find a selection where it was", async () => {
  const box = document.createElement("div");
  document.body.append(box);
  let arrive: (module: typeof highlighter) => void = () => {};
  const markdown = create(box, {
    highlighter: () =>
      new Promise((resolve) => {
        arrive = resolve;
      }),
  });
  markdown.push("```py\nabc = 'def'\n```\n\n");
  const text = box.querySelector("code")?.querySelector("span")?.firstChild as Text;
  document.getSelection()?.setBaseAndExtent(text, 4, text, 11);
  arrive(highlighter);
  await vi.waitFor(() => expect(box.querySelector(".sc-t-string")?.textContent).toBe("'def'"));
  expect(document.getSelection()?.toString()).toBe("= 'def'");
});

test("language without colours, and a bundle that does not come, leave plain code", async () => {
  const box = document.createElement("div");
  create(box, { highlighter: async () => highlighter }).push("```moon\nif\n```\n\n");
  create(box, { highlighter: () => Promise.reject(new Error("gone")) }).push("```py\nif\n```\n\n");
  await Promise.resolve();
  expect(box.querySelectorAll("[class^=sc-t-]").length).toBe(0);
});
