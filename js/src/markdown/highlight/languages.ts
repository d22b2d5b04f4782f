/** The languages that notebooks see, each as a small table. */
import type { Grammar, Kind, Pair } from "./grammar.js";

const DOUBLE: Pair = { open: /"/y, close: /(?:[^"\\]|\\.)*"/y, kind: "string" };
const SINGLE: Pair = { open: /'/y, close: /(?:[^'\\]|\\.)*'/y, kind: "string" };
const TEMPLATE: Pair = { open: /`/y, close: /(?:[^`\\]|\\.)*`/y, kind: "string", long: true };
const BLOCK: Pair = { open: /\/\*/y, close: /.*?\*\//y, kind: "comment", long: true };
const SLASHES: Pair = { open: /\/\//y, close: /.*/y, kind: "comment" };
const HASH: Pair = { open: /#/y, close: /.*/y, kind: "comment" };
const DECORATOR = [/@[A-Za-z_][\w.]*/y, "meta"] as const;

function words(keywords: string, types = "", values = "true false null"): Map<string, Kind> {
  const kinds: [string, Kind][] = [
    [keywords, "keyword"],
    [types, "type"],
    [values, "number"],
  ];
  return new Map(kinds.flatMap(([list, kind]) => list.split(" ").map((word) => [word, kind] as const)));
}

const python: Grammar = {
  pairs: [
    { open: /[rRbBfFuU]{0,2}"""/y, close: /(?:[^\\]|\\.)*?"""/y, kind: "string", long: true },
    { open: /[rRbBfFuU]{0,2}'''/y, close: /(?:[^\\]|\\.)*?'''/y, kind: "string", long: true },
    { ...DOUBLE, open: /[rRbBfFuU]{0,2}"/y },
    { ...SINGLE, open: /[rRbBfFuU]{0,2}'/y },
    HASH,
  ],
  patterns: [DECORATOR, [/(?<=\b(?:def|class)\s+)[A-Za-z_]\w*/y, "name"], [/^\s*[%!]{1,2}\w+/y, "meta"]],
  words: words(
    "and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield",
    "int float str bool list dict set tuple bytes object range print len self cls super type isinstance enumerate zip map filter sorted sum min max open",
    "True False None",
  ),
  calls: true,
};

const cWords =
  "if else for while do switch case break continue return goto default typedef struct union enum static const extern volatile inline sizeof class public private protected virtual override template typename namespace using new delete this throw try catch operator friend auto constexpr nullptr noexcept final explicit mutable";
const c: Grammar = {
  pairs: [DOUBLE, SINGLE, SLASHES, BLOCK],
  patterns: [[/^\s*#\s*\w+/y, "meta"]],
  words: words(
    cWords,
    "int char float double void long short unsigned signed bool size_t string vector map std uint8_t uint32_t uint64_t int8_t int32_t int64_t",
    "true false NULL nullptr",
  ),
  calls: true,
};

const javascript: Grammar = {
  pairs: [DOUBLE, SINGLE, TEMPLATE, SLASHES, BLOCK],
  patterns: [
    DECORATOR,
    [
      /(?<=(?:^|[=(,:[!&|?{};+\-*%]|return|case)\s*)\/(?![*/])(?:[^/\\[\n]|\\.|\[(?:[^\]\\]|\\.)*\])+\/[a-z]*/y,
      "string",
    ],
  ],
  words: words(
    "abstract as async await break case catch class const continue debugger declare default delete do else enum export extends finally for from function get if implements import in infer instanceof interface is keyof let namespace new of private protected public readonly return satisfies set static super switch this throw try type typeof var void while with yield",
    "any boolean never number object string symbol unknown Array Map Set Promise Object Math JSON console document window",
    "true false null undefined NaN Infinity",
  ),
  calls: true,
};

const java: Grammar = {
  pairs: [{ open: /"""/y, close: /.*?"""/y, kind: "string", long: true }, DOUBLE, SINGLE, SLASHES, BLOCK],
  patterns: [DECORATOR],
  words: words(
    "abstract assert break case catch class continue default do else enum extends final finally for if implements import instanceof interface native new package permits private protected public record return sealed static strictfp super switch synchronized this throw throws transient try var volatile while yield",
    "boolean byte char double float int long short void String Integer List Map Set Object",
  ),
  calls: true,
};

const go: Grammar = {
  pairs: [DOUBLE, SINGLE, { ...TEMPLATE, close: /[^`]*`/y }, SLASHES, BLOCK],
  words: words(
    "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var",
    "bool byte complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr any make len cap append",
    "true false nil iota",
  ),
  calls: true,
};

const rust: Grammar = {
  pairs: [
    DOUBLE,
    { open: /r#*"/y, close: /.*?"#*/y, kind: "string", long: true },
    { open: /'(?=(?:[^'\\]|\\.)')/y, close: /(?:[^'\\]|\\.)'/y, kind: "string" },
    SLASHES,
    BLOCK,
  ],
  patterns: [
    [/#!?\[[^\]]*\]?/y, "meta"],
    [/'[a-z_]\w*/y, "type"],
    [/[a-z_]\w*!/y, "name"],
  ],
  words: words(
    "as async await break const continue crate dyn else enum extern fn for if impl in let loop match mod move mut pub ref return self static struct super trait type unsafe use where while",
    "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize String Vec Option Result Box Self",
    "true false None Some Ok Err",
  ),
  calls: true,
};

const bash: Grammar = {
  pairs: [
    { ...DOUBLE, long: true },
    { open: /'/y, close: /[^']*'/y, kind: "string", long: true },
    { open: /(?<![\w$\\])#/y, close: /.*/y, kind: "comment" },
  ],
  patterns: [
    [/\$(?:\{[^}]*\}?|\w+|[?!#@*$-])/y, "property"],
    [/(?<=\s)--?[A-Za-z][\w-]*/y, "meta"],
  ],
  words: words(
    "if then else elif fi for while until do done case esac in function return break continue local export readonly declare unset shift exit trap select time",
    "echo cd ls cp mv rm mkdir cat grep sed awk find xargs curl wget git pip python npm make docker sudo chmod source",
  ),
};

const sql: Grammar = {
  pairs: [
    { open: /'/y, close: /(?:[^']|'')*'/y, kind: "string", long: true },
    DOUBLE,
    { open: /--/y, close: /.*/y, kind: "comment" },
    BLOCK,
  ],
  words: words(
    "select from where and or not in is null as on join inner left right full outer cross group by order having limit offset insert into values update set delete create table view index drop alter add column primary key foreign references unique default check constraint distinct union all except intersect case when then else end with recursive exists between like ilike asc desc over partition rows returning if begin commit rollback using",
    "int integer bigint smallint text varchar char boolean date timestamp timestamptz numeric decimal real float double serial json jsonb uuid count sum avg min max coalesce cast",
    "true false",
  ),
  ignoreCase: true,
  calls: true,
};

const r: Grammar = {
  pairs: [DOUBLE, SINGLE, { ...TEMPLATE, kind: "name" }, HASH],
  patterns: [[/<<?-|->>?|%[^%\s]*%/y, "keyword"]],
  words: words(
    "if else for while repeat in next break return function library require",
    "c list data.frame matrix factor print paste length sum mean",
    "TRUE FALSE NULL NA NaN Inf T F",
  ),
  calls: true,
};

const julia: Grammar = {
  pairs: [
    { open: /"""/y, close: /(?:[^\\]|\\.)*?"""/y, kind: "string", long: true },
    DOUBLE,
    { open: /(?<![\w)\]])'(?=(?:[^'\\]|\\.)')/y, close: /(?:[^'\\]|\\.)'/y, kind: "string" },
    { open: /#=/y, close: /.*?=#/y, kind: "comment", long: true },
    HASH,
  ],
  patterns: [
    [/@\w+/y, "meta"],
    [/(?<!:):[A-Za-z_]\w*/y, "property"],
  ],
  words: words(
    "abstract baremodule begin break catch const continue do else elseif end export finally for function global if import in let local macro module mutable primitive quote return struct try type using where while",
    "Any Bool Char Dict Float32 Float64 Int Int32 Int64 Nothing Number Real Set String Symbol Tuple Vector Matrix Array",
    "true false nothing missing Inf NaN pi",
  ),
  calls: true,
};

const json: Grammar = {
  pairs: [DOUBLE, SLASHES, BLOCK].map((pair) =>
    pair === DOUBLE ? { ...pair, open: /"(?!(?:[^"\\]|\\.)*"\s*:)/y } : pair,
  ),
  patterns: [[/"(?:[^"\\]|\\.)*"(?=\s*:)/y, "property"]],
  words: words("", ""),
};

const yaml: Grammar = {
  pairs: [DOUBLE, { open: /(?<!\w)'/y, close: /(?:[^']|'')*'/y, kind: "string" }, { ...HASH, open: /(?<!\S)#/y }],
  patterns: [
    [/(?<=^\s*(?:- +)*)(?!- )[\w."'/-][^:#]*(?=:(?:\s|$))/y, "property"],
    [/[&*][A-Za-z_]\w*|!{1,2}\w+|^---.*|^\.\.\./y, "meta"],
    [/(?<![\w.-])-?\d[\d_]*(?:\.\d+)?(?![\w.-])/y, "number"],
    [/\b(?:true|false|null|yes|no|on|off)\b/y, "number"],
  ],
  isText: true,
};

const toml: Grammar = {
  pairs: [
    { open: /"""/y, close: /(?:[^\\]|\\.)*?"""/y, kind: "string", long: true },
    { open: /'''/y, close: /.*?'''/y, kind: "string", long: true },
    DOUBLE,
    { open: /'/y, close: /[^']*'/y, kind: "string" },
    HASH,
  ],
  patterns: [
    [/^\s*\[{1,2}[^\]]*\]{1,2}/y, "keyword"],
    [/(?<=^\s*)[\w."-]+(?:\s*\.\s*[\w"-]+)*(?=\s*=)/y, "property"],
  ],
  words: words("", ""),
};

const html: Grammar = {
  pairs: [{ open: /<!--/y, close: /.*?-->/y, kind: "comment", long: true }],
  patterns: [
    [/<[!?]?\/?[A-Za-z][\w:-]*|\/?>/y, "keyword"],
    [/[\w:@.-]+(?=\s*=\s*["'])/y, "property"],
    [/(?<==\s*)(?:"[^"]*"?|'[^']*'?)/y, "string"],
    [/&(?:#\w+|\w+);/y, "number"],
  ],
  isText: true,
};

const css: Grammar = {
  pairs: [DOUBLE, SINGLE, BLOCK],
  patterns: [
    [/@[\w-]+/y, "keyword"],
    [/#[\da-fA-F]{3,8}\b|-?\d*\.?\d+(?:%|[a-z]+)?/y, "number"],
    [/--[\w-]+|[a-z-]+(?=\s*:(?![\w:]))/y, "property"],
    [/[.#][A-Za-z_-][\w-]*|::?[a-z-]+/y, "name"],
    [/!important/y, "keyword"],
  ],
  isText: true,
};

const markdown: Grammar = {
  pairs: [{ open: /^\s*(?:```|~~~)/y, close: /.*/y, kind: "meta" }],
  patterns: [
    [/^\s{0,3}#{1,6} .*/y, "keyword"],
    [/^\s*(?:[-*+]|\d+[.)]|>) /y, "meta"],
    [/`[^`]+`/y, "string"],
    [/\*\*[^*]+\*\*|__[^_]+__|\*[^*\s][^*]*\*/y, "name"],
    [/!?\[[^\]]*\]\([^)]*\)/y, "property"],
  ],
  isText: true,
};

const diff: Grammar = {
  pairs: [],
  patterns: [
    [/^(?:\+\+\+|---|@@|diff |index ).*/y, "meta"],
    [/^\+.*/y, "inserted"],
    [/^-.*/y, "deleted"],
  ],
  isText: true,
};

const latex: Grammar = {
  pairs: [{ open: /(?<!\\)%/y, close: /.*/y, kind: "comment" }],
  patterns: [
    [/\\(?:begin|end)(?=\{)/y, "keyword"],
    [/(?<=\\(?:begin|end)\{)[^}]*/y, "type"],
    [/\\(?:[A-Za-z@]+\*?|.)/y, "name"],
    [/\$\$?/y, "string"],
  ],
  isText: true,
};

const NAMES: readonly (readonly [Grammar, string])[] = [
  [python, "python py python3 ipython pycon"],
  [javascript, "javascript js jsx mjs typescript ts tsx"],
  [json, "json jsonc json5 jsonl"],
  [bash, "bash sh shell zsh console"],
  [sql, "sql postgresql mysql sqlite"],
  [html, "html xml svg vue"],
  [css, "css scss less"],
  [yaml, "yaml yml"],
  [toml, "toml ini"],
  [r, "r"],
  [julia, "julia jl"],
  [c, "c h cpp c++ cc hpp cxx objc cuda"],
  [java, "java kotlin scala csharp cs"],
  [go, "go golang"],
  [rust, "rust rs"],
  [markdown, "markdown md"],
  [diff, "diff patch"],
  [latex, "latex tex"],
];

const BY_NAME = new Map(NAMES.flatMap(([grammar, names]) => names.split(" ").map((name) => [name, grammar] as const)));

/** The grammar for a name as it stands behind a fence. */
export const grammarOf = (name: string): Grammar | null => BY_NAME.get(name.toLowerCase()) ?? null;
