// One of each: all that markdown can make, and a little code in every language that has colours.

export const EVERYTHING = `# Title with *emphasis*

## Lists

1. first
2. second
   - inner **bold**
   - inner \`code\`

- [ ] open task
- [x] done task

### A quote

> Quoted words
> over two lines

#### A table

| Left | Middle | Right |
|:-----|:------:|------:|
| a1 | b1 | c1 |
| a2 | b2 | c2 |

##### Code

\`\`\`python
def greet(name: str) -> str:  # a comment
    return f"Hello, {name}"  ${"and a very long line ".repeat(20)}
\`\`\`

    indented code

###### Rest

A [link](https://example.org/page "Its title"), a footnote[^n], <kbd>Ctrl</kbd>, H<sub>2</sub>O, ~~gone~~, a hidden\u202e sign.

![A picture](https://example.org/picture.png)

---

هذه فقرة بالعربية مع English في الوسط.

- واحد
- اثنان

[^n]: What it says.
`;

const row = (i) => `| r${i} | ${i * i} | row number ${i} |`;
export const LONG_TABLE = `| Name | Square | Note |\n|---|---:|---|\n${Array.from({ length: 300 }, (_, i) => row(i)).join("\n")}\n`;
const columns = Array.from({ length: 24 }, (_, i) => `column ${i}`);
const line = (cells) => `| ${cells.join(" | ")} |\n`;
export const WIDE_TABLE = `${line(columns)}${line(columns.map(() => "---"))}${line(columns.map((_, i) => `value ${i}`)).repeat(3)}`;

const far = (i) =>
  i % 20 ? `Paragraph ${i} says needle${i}, and ${"a little more, ".repeat(i % 37)}.` : `## Part ${i}`;
export const FAR = Array.from({ length: 400 }, (_, i) => `${far(i)}\n`).join("\n");

const CODE = {
  python: `@cache\ndef area(r: float) -> float:\n    """Area of a circle\n    over two lines."""\n    return math.pi * r ** 2  # not exact\n%timeit area(3)\nprint(f"{area(2.5):.2f}", None, 0x1f)`,
  javascript: `const add = async (a, b) => a + b; // sum\nlet re = /a[/]b+/gi, s = \`two \${1 + 1}\nlines\`;\nif (re.test("x")) console.log(null, 1e3);`,
  typescript: `interface Point { readonly x: number; y?: string }\nexport const p: Point = { x: 1 } as const;\n/* block\n   comment */`,
  json: `{\n  "name": "value", "n": [1, -2.5e3, true, null],\n  "nested": {"a": "b\\"c"}\n}`,
  bash: `#!/bin/bash\nfor f in *.txt; do echo "$f" | grep -i 'x y' > out; done\nexport PATH="$HOME/bin:\${PATH}"  # comment`,
  console: `$ pip install --upgrade streamcell\nSuccessfully installed`,
  sql: `SELECT name, count(*) AS n FROM users -- all\nWHERE age >= 18 AND city = 'O''Hara' GROUP BY name;`,
  html: `<!-- note -->\n<a href="https://example.org" class='x'>T &amp; C</a>\n<script src="a.js"></script>`,
  css: `@media print { .card > a:hover { color: #f00; margin: 0 1.5em !important } }\n/* c */\n:root { --gap: 4px }`,
  yaml: `---\nname: build # c\non: [push, "pull"]\njobs:\n  - run: echo 'hi'\n    retries: 3\n    ok: true`,
  toml: `# conf\n[tool.ruff]\nline-length = 120\nselect = ["E", 'F']\nwhen = 2024-01-01`,
  r: `f <- function(x, n = 2L) {\n  x %>% filter(a == "b") # pipe\n}\nif (TRUE) print(NA)`,
  julia: `function f(x::Int64)::Float64\n    #= block =#\n    @show x; return 2.0x + :sym\nend`,
  c: `#include <stdio.h>\nint main(void) { // entry\n  char c = 'x'; printf("%d\\n", 42); return 0;\n}`,
  cpp: `template <typename T> class Box : public Base {\n  std::vector<T> v; auto f() const -> int { return nullptr ? 1 : 0x2A; }\n};`,
  java: `@Override\npublic final class A extends B { String s = "x"; int n = 1_000; /* c */ }`,
  go: "package main\nfunc main() { x := `raw\nstring`; fmt.Println(x, len(x), nil) } // c",
  rust: `#[derive(Debug)]\nfn main() -> Result<(), E> { let mut v: Vec<u8> = vec![1]; println!("{}", v.len()); 'a: loop {} }`,
  markdown: `# Heading\n- item with **bold** and \`code\`\n[link](https://example.org)`,
  diff: `--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new`,
  latex: `\\documentclass{article} % c\n\\begin{equation} E = mc^2 \\end{equation} $x_1$`,
};
export const LANGUAGES = Object.keys(CODE);
export const ALL_CODE = Object.entries(CODE)
  .map(([name, code]) => `\`\`\`${name}\n${code}\n\`\`\`\n`)
  .join("\n");
