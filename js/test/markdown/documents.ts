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

const LABELS = "r R ß ẞ SS İ ſ s &amp; r\\] \\r *r* `r` Ω ω toString __proto__ K \u212a ! ^n ^toString".split(" ");
const TARGETS =
  '/u <> <a\\>b> a(b)c a((b) \\(x a\\) a&quot;b &auml; %20 %zz <a"b> ä http://x.y/?a=b&c=d javascript:x data:image/png,x # a*b* x\\ mailto:a@b.c https://ü.de/ü?ü VBSCRIPT:x x\u00a0y `x` [x] ( $x$'.split(
    " ",
  );
const TITLES = '|| "t"| \'t\'| (t)| "t|\n\'t\'|\n"t\nu"| "a\\"b"| "&quot;"| (a(b))|\n"t" x|"t"| \'t"|\n \'\'| ""'.split(
  "|",
);
const ADDRESSES =
  "http://x.yz/a_b_ www.x.yz. www.x_y.z http://x.yz/a(b)) http://x.yz?a=b&copy; a.b-c@e.fg a@b mailto:a@b.cd //x.yz xmpp:a@b.cd/x <a:b> <http://x\u00a0y> HTTP://X.YZ http://a@b.cd (www.x.yz)& http://x.yz。x www.x.yz/$x$ https://😀.la _www.x.yz_".split(
    " ",
  );
const ENTITIES =
  "&amp &#0; &#x110000; &#xD800; &#9; &#10; &nbsp; &copy &#x; &lt;b&gt; &#42;x&#42; &ngE; &lbrack; &#124; &zwj;".split(
    " ",
  );
const BESIDE = "a b é ß 中 。 “ € 😀 𝐀 e\u0301 \u0301 \u200b \u00a0 \u2028 ٣ . ( \" ' | \\ ! : <b> ^ # \ue000".split(
  " ",
);
const MARKS = "* * ** _ _ __ *** ~~ ~ ` `` [ ]( ] <".split(" ");

/** Inline markup, much of it in one another, and definitions before or behind it. */
export function inlineDocument(next: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(next() * list.length)] ?? "";
  const several = (most: number, make: () => string): string[] =>
    Array.from({ length: Math.ceil(next() * most) }, make);
  const link = (label: string): string => {
    if (next() < 0.4) return `${pick(["", "!"])}[${label}]${pick(["", "[]", `[${pick(LABELS)}]`, "("])}`;
    return `${pick(["", "", "!"])}[${label}](${pick(["", "", " ", "\n"])}${pick(TARGETS)}${pick(TITLES)}${pick([")", ")", ""])}`;
  };
  const inline = (depth: number): string => {
    const inner = (): string =>
      depth > 2 ? pick(BESIDE) : several(3, () => inline(depth + 1)).join(pick(["", " ", "\n"]));
    const kinds = [
      () => pick(BESIDE),
      () => pick(MARKS),
      () => `${pick(MARKS)}${inner()}${pick(MARKS)}`,
      () => link(next() < 0.5 ? pick(LABELS) : inner()),
      () => pick(ADDRESSES) + pick(["", ".", ";", "*", "_", "?!", " "]),
      () => pick(ENTITIES),
      () => pick(["  \n", "\\\n", "\\", " \n ", "\r\n", "\t"]),
      () => (depth === 0 ? `^[*x* ${pick(ADDRESSES)} ${pick(BESIDE)}]` : "[^n]"),
    ];
    return (kinds[Math.floor(next() * kinds.length)] as () => string)();
  };
  const text = several(8, () => inline(0)).join(pick(["", " "]));
  const definitions = several(4, () => `[${pick(LABELS)}]:${pick(["", " ", "\n"])}${pick(TARGETS)}${pick(TITLES)}`);
  return (next() < 0.5 ? [text, "", ...definitions] : [...definitions, "", text]).join("\n");
}

/** How many documents of which seed: a few, or what `fuzz-markdown.mjs` asks for. */
export function sample(usual: number): { seed: number; docs: number; timeout: number } {
  const docs = Number(process.env.FUZZ_DOCS ?? usual);
  return { seed: Number(process.env.FUZZ_SEED ?? 20_261_121), docs, timeout: 10_000 + docs * 100 };
}
