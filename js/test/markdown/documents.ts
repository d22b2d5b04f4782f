/** Random documents from pieces that make block structure hard: markers, tabs, references and tables over many lines. */

export function random(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const PREFIXES =
  "|||| |  |   |    |      |\t| \t|> |>|> > |>\t|- |-|- - |* |+ |1. |2. |10) |-\t|- [ ] |1.\t|[^n]: |  - |    - ".split(
    "|",
  );
const LINES = [
  ..."a,a b,**b** c,*e,__s__,`c`,``x,~~d~~,[r],[r][],[x][r],[s],[x](y),![i](u),<http://x.y>,www.x.yz,a@b.cd,https://x.y/z".split(
    ",",
  ),
  ...[
    "",
    "",
    "",
    " ",
    "\t",
    "  ",
    "# h",
    "## h #",
    "#",
    "===",
    "---",
    "--",
    "- - -",
    "***",
    "```",
    "```js",
    "~~~",
    "    code",
  ],
  ...[
    "a | b",
    "| a | b |",
    "|---|---|",
    "--|--",
    ":-:|-",
    "|-|",
    "| a |",
    "x \\| y | z",
    "[x] | y",
    "- a | b",
    "'t | u",
  ],
  ...[
    "[r]: /u",
    "[r]: /u 't'",
    "[r]:",
    "/u",
    "'t'",
    "'t",
    "t'",
    '"t',
    "(t",
    "t)",
    "[r",
    "r]: /v",
    "[s]: <u v> 't' x",
    "'' x",
  ],
  ...[
    "[r]: /u\\",
    "[R]: /w",
    "[t]: u 'x",
    "<b>",
    "<br>",
    "&amp;",
    "\\",
    "a\\",
    "a  ",
    "a *b",
    "c* d",
    "[a",
    "b](c)",
    "\u00a0",
    "é",
    "😀",
  ],
  ...[
    "[^n]",
    "[^m]",
    "[^m]: m",
    "x[^n] y",
    "^[in *l*]",
    "[ ] t",
    "[x] t",
    "1",
    "2.",
    "-",
    "+",
    ">",
    "\r",
    "a\r",
    "\u0000",
    "\f",
    "\u2028",
    "a\u200bb",
    "\ufeff",
  ],
];

const FORMULAS =
  "$$|$$|\\[|\\]|$$ x|x $$|$$x$$|\\[ x|x \\]|\\[x\\]|$$ y|$$, z|\\] z|= 1|- x|$a$|$5|$5 and $6|$a *b$ c*|\\(d\\)|\\(e|f\\)|$|$$$|5$|x$|$x|a $$b$$ c|`$`|`|\\$|\\\\|$[r]$|[$r](u)$|\\[1\\]".split(
    "|",
  );

/** The same documents, with lines of maths among them. */
export function mathsDocument(next: () => number, most = 9): string {
  const lines = document(next, most).split("\n");
  const all = lines.flatMap((line) => {
    if (next() > 0.6) return line;
    const formula = FORMULAS[Math.floor(next() * FORMULAS.length)] ?? "";
    const around = PREFIXES[Math.floor(next() * PREFIXES.length)] ?? "";
    if (next() < 0.3) return `${line} ${formula}`;
    return next() < 0.5 ? [line, formula] : [line, around + formula];
  });
  return all.join("\n");
}

/** A document of one to `most` lines. */
export function document(next: () => number, most = 9): string {
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
  let text = "";
  for (let lines = 1 + Math.floor(next() * most); lines > 0; lines--) {
    text += pick(PREFIXES);
    if (next() < 0.25) text += pick(PREFIXES);
    text += `${pick(LINES) + (next() < 0.15 ? ` ${pick(LINES)}` : "")}\n`;
  }
  return next() < 0.3 ? text.slice(0, -1) : text;
}

/** How many documents of which seed: a few, or what `fuzz-markdown.mjs` asks for. */
export function sample(usual: number): { seed: number; docs: number; timeout: number } {
  const docs = Number(process.env.FUZZ_DOCS ?? usual);
  return { seed: Number(process.env.FUZZ_SEED ?? 20_261_121), docs, timeout: 10_000 + docs * 100 };
}
