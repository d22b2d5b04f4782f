// 20 KB of hostile text, many times over, as payloads for ../../shared/check/xss_check.mjs, which tells what takes long:
//
//   node bench/long_payloads.mjs > bench/build/long.json
//   node ../shared/check/xss_check.mjs bench/build/xss.mjs bench/build/long.json --json bench/build/long-out.json
const SIZE = 20_000;
const fill = (unit, before = "") => (before + unit.repeat(Math.ceil(SIZE / unit.length))).slice(0, SIZE);
const count = (piece) => Array.from({ length: 2000 }, (_, i) => piece(i)).join("").slice(0, SIZE);

const UNITS = [
  "- $$\n", "- **\n", "- `\n", "- [\n", "- ![\n", "- _\n", "- ~~\n", "- $\n", "- \\[\n", "- \\(\n", "- <b>\n",
  "- a\n", "- [ ] \n", "- [ ] a\n", "- \n", "-\n", "1. **\n", "1. a\n", "> \n", "> a\n", "> **\n", "> - a\n",
  "- > a\n", "- > **\n", "* - + ", "- - - a\n", "> > > a\n", "* * \n", "+ **\n\n", "- a\n\n", "- a\n- b\n\n",
  "* a\n+ b\n", "- a\n* ", "1. a\n2) b\n", "# a\n", "# **\n", "a\n===\n", "a\n---\n", "---\n", "***\n", "```\n",
  "```\na\n```\n", "~~~\n", "    a\n", "\ta\n", "    a\n\n", "a\n\n", "**\n\n", "a\n", "**a\n", "*a ", "**a ", "a**",
  "_a_", "*", "**a*b", "~~a", "`", "``a`", "`a", "$", "$$", "$a", "$a$ ", "$$a\n", "$$\n", "$$\n\n", "$$\na\n$$\n",
  "\\[", "\\[\n", "\\(", "\\[a\\]", "\\[\na\n\\]\n", "[", "![", "[a](", "![a](", "[a][", "[a]: b\n", "[a]: b\n\n",
  "[a]:\n", "[a]: b \"\n", "[a]\n", "[a\n", "[^a]", "[^1]: a\n", "[^1]: a\n\n", "^[", "^[a]", "|a|\n", "|a|\n|-|\n",
  "|", "|a|b|\n|-|-|\n", "a|b\n-|-\n**|`\n", "-|\n", "&amp;", "&", "&#", "<", "<a", "<a ", "</b>", "<b>", "<sub>",
  "<sub>a</sub>", "http://", "http://a.b ", "www.a.b\n", "a@b.c ", "@", "://", "\\", "\\\\", "\\\n", "!", "\r", "\t",
  "\u202e", "\u200b", "a\u202e", "é", "💥", "\0", "&nbsp;", "<br>", "<https://a.b>", "- ", "-  ", ">", ">>", "> >",
  "1. ", "1) ", "- - ", "-\t", "- a\n  - b\n", "- a\n\n  b\n", "- a\n  > b\n", "- ```\n", "- # a\n", "- a\n  ---\n",
  "- | a |\n  |-|\n", "- http://a.b\n", "- [a](b)\n", "- ![a](https://b.c/d)\n", "![a](https://b.c/d)",
  "![a](https://b.c/d)\n\n", "- [^1]\n", "- ^[a]\n", "- <br>\n", "- \\\n", "- &amp;\n", "- *a* b\n", "- $a$\n",
  "- $$a$$\n", "$$a$$\n\n", "> $$\n", "> [a]: b\n", "> [a]\n", "- [a]: b\n", "[a]: <b\n", "[a]: b\n\"c\n",
  "[a]: b (\n", " \n", "\n", "- \u202e\n", "- a|b\n", "> ```\n", "> # a\n", "1. > - a\n", "#\n", "###### a\n",
  "- *\n", "- * a\n", "*a*\n\n", "$a$\n\n", "- a  \n", "a  \n", "a\\\n", "*a\n", "- a\n\t- b\n\t\t- c\n", "`a`\n\n",
  "~", "~~a~~ ", "- ---\n", "- ***\n",
];

const texts = [
  ...UNITS.map((unit) => fill(unit)),
  count((i) => `${"  ".repeat(i % 120)}- a\n`),
  count((i) => `${"> ".repeat(i % 110)}a\n`),
  count((i) => `[^${i}] [^${i}]: a\n\n[^${i}]: b\n\n`),
  count((i) => `[${i}]\n\n[${i}]: b\n\n`),
  count((i) => `${"`".repeat(i)} `),
  fill("a\n", `${"> ".repeat(95)}a\n`),
  fill("a\n", '[a]: b "'),
  fill("|\n", `|${"a|".repeat(190)}\n|${"-|".repeat(190)}\n`),
  fill("|**|`|[|$|\n", `|${"a|".repeat(190)}\n|${"-|".repeat(190)}\n`),
  fill("*a _b ~~c `d [e ![f $g \\(h "),
  fill("- *a _b ~~c `d [e ![f $g \\(h\n"),
];
process.stdout.write(JSON.stringify(texts.map((markdown, i) => ({ id: `long-${i}`, markdown }))));
