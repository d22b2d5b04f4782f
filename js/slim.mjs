// What the page's bundle leaves out of its dependencies because nothing here ever runs it; test/bundle.test.ts compares
// what is left with the whole packages. Whatever is named has to be there, or the build stops.
import { readFileSync } from "node:fs";

const RUNTIME = "\\0@oxc-project+runtime@0.154.0/helpers/esm/defineProperty.js";

/**
 * `regions`: files inside a package's bundle, which marks them, and what stands in for each. `methods`: what a file's
 * class loses. `texts`: single places.
 */
const PACKAGES = [
  {
    file: /markdown-it[\\/]dist[\\/]markdown-it\.mjs$/,
    regions: {
      // src/markdown has a block parser and a way into the DOM of its own
      "src/renderer.ts": "class Renderer { rules = {} }",
      "src/rules_block/state_block.ts": "",
      "src/parser_block.ts": "class ParserBlock { ruler = { before() {}, enableOnly() {} } }",
      "src/rules_core/normalize.ts": "function normalize() {}",
      "src/rules_core/block.ts": "function block() {}",
      "src/rules_core/strip_references.ts": "function strip_references() {}",
      // They do nothing without the options `typographer` and `html`
      "src/rules_core/replacements.ts": "function replace() {}",
      "src/rules_core/smartquotes.ts": "function smartquotes() {}",
      "src/rules_inline/html_inline.ts": "function html_inline() { return false; }",
      // For browsers older than those that all else is built for
      [RUNTIME]: "function _defineProperty(object, name, value) { object[name] = value; }",
    },
    methods: {
      "src/token.ts": ["attrPush", "attrSet", "attrJoin"],
      "src/ruler.ts": ["at", "enable", "enableOnly"],
      "src/markdownit.ts": ["configure", "enable", "disable", "parse", "render", "parseInline", "renderInline"],
    },
    texts: [
      // Options of what is left out, and such as are off
      [/(?<=\n\tdefault: \{\n\t\toptions: \{)[\s\S]*?(?=maxNesting)/, ""],
      // One preset, all of whose rules are on
      [/\tzero: \{[\s\S]*?\n\};(?=\nvar BAD_PROTO_RE)/, "};"],
      [
        /if \(typeof presetNameOrOptions === "string"\) \{[\s\S]*?\} else \{[\s\S]*?\n\t\t\}/,
        "this.options = { ...config.default.options, ...presetNameOrOptions };",
      ],
      [/(?<=\n)_defineProperty\(MarkdownIt, "[\s\S]*?\n(?=\/\/#endregion)/, ""],
      // It can be called without `new`, which is not done here
      ["callable(MarkdownIt);", "MarkdownIt;"],
      ["utils_exports\n\t\t);", "{ normalizeReference }\n\t\t);"],
      // The browser knows the same symbols; test/bundle.test.ts compares them
      ["ucmicro.S.test(ch)", "/\\p{S}/u.test(ch)"],
      // So that what is not used of it can go
      ["import punycode from", "import * as punycode from"],
    ],
  },
  {
    file: /linkify-it[\\/]build[\\/]index\.mjs$/,
    regions: {},
    // Addresses without a scheme, the option `fuzzyLink`, and hosts of addresses of mail: see src/markdown/autolinks.ts
    methods: {
      "src/rebuilder.ts": [
        "get_auth",
        "get_tld",
        "get_fuzzy_url_host_port",
        "get_fuzzy_link_search",
        "get_fuzzy_mail_host",
        "get_fuzzy_mail_host_search",
      ],
      "src/linkifyit.ts": ["set", "tlds"],
    },
    texts: [
      ["tlds: unpackTlds(),", ""],
      // Finds what `match` finds
      [/(?<=\n\ttest\(text\) \{)\n[\s\S]*?(?=\n\t\}\n)/, "return this.match(text);"],
      [/\n\t\tif \(this\.__opts__\.fuzzyLink [^\n]*\n\t\t\tfuzzyLinkRe = [\s\S]*?\n\t\t\}/, ""],
      [/\n\t\t\tif \(fuzzyLinkRe [\s\S]*?\n\t\t\t\}/, ""],
      [/\n\t\t\tif \(!fuzzyCandidate [^\n]*/, ""],
      [/\n\t\t\tif \(!candidate \|\| fuzzyLink[^\n]*/, ""],
      [/\n\t\t\telse if \(candidate === fuzzyLink[^\n]*/, ""],
    ],
  },
  {
    file: /punycode\.js[\\/]punycode\.es6\.js$/,
    regions: {},
    methods: {},
    texts: [
      // Nobody reads why a host cannot be spelt otherwise
      [/(?<=\nconst errors = \{)[^}]*/, ""],
      ["throw new RangeError(errors[type]);", "throw type;"],
    ],
  },
];

const MARK = /^\/\/#region (.*)\n[\s\S]*?^\/\/#endregion$/gm;

/** `text` with the one place that `there` finds replaced. */
function once(text, there, instead) {
  if (text.split(there).length !== 2)
    throw new Error(`Expected once: ${there}. Has the package changed? See slim.mjs.`);
  return text.replace(there, () => instead);
}

const withoutMethod = (text, name) =>
  once(text, new RegExp(`\\n\\t${name}\\([^\\n]*\\) \\{\\n[\\s\\S]*?\\n\\t\\}(?=\\n)`), "");

function slim(text, { regions, methods, texts }) {
  const missing = new Set([...Object.keys(regions), ...Object.keys(methods)]);
  const cut = text.replace(MARK, (whole, name) => {
    missing.delete(name);
    return regions[name] ?? (methods[name] ?? []).reduce(withoutMethod, whole);
  });
  if (missing.size > 0)
    throw new Error(`Expected files in the package: ${[...missing]}. Has it changed? See slim.mjs.`);
  return texts.reduce((rest, [there, instead]) => once(rest, there, instead), cut);
}

/** esbuild's plug-in that loads the packages without what is named above. */
export const slimPackages = {
  name: "slim packages",
  setup: ({ onLoad }) => {
    for (const parts of PACKAGES)
      onLoad({ filter: parts.file }, ({ path }) => ({
        contents: slim(readFileSync(path, "utf8"), parts),
        loader: "js",
      }));
  },
};
