/** Code into coloured stretches, line by line: what is open at a line's end is carried into the next. Pure. */

export type Kind =
  | "comment"
  | "string"
  | "number"
  | "keyword"
  | "type"
  | "name"
  | "property"
  | "meta"
  | "inserted"
  | "deleted";

/** A stretch of a line that has a colour. */
export interface Token {
  readonly start: number;
  readonly end: number;
  readonly kind: Kind;
}

/** Something with two ends, such as a string or a comment. */
export interface Pair {
  readonly open: RegExp;
  /** From behind the opener to behind the closer. */
  readonly close: RegExp;
  readonly kind: Kind;
  /** It may go on in the next line. */
  readonly long?: boolean;
}

export interface Grammar {
  readonly pairs: readonly Pair[];
  /** Patterns with a colour of their own, before words and numbers. */
  readonly patterns?: readonly (readonly [RegExp, Kind])[];
  readonly words?: ReadonlyMap<string, Kind>;
  readonly ignoreCase?: boolean;
  /** Words before a parenthesis are names of functions. */
  readonly calls?: boolean;
  /** Numbers and words mean nothing by themselves. */
  readonly isText?: boolean;
}

const MAX_LINE = 1000;

/** The pair open at the end of a line, or null. */
export type State = Pair | null;

const WORD = /[A-Za-z_$][\w$]*/;
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?)[A-Za-z]?\w*/;

/** What can begin within a line, as one expression: trying one after the other takes ten times as long. */
const beginnings = new WeakMap<Grammar, RegExp>();

function beginningsOf(grammar: Grammar): RegExp {
  const known = beginnings.get(grammar);
  if (known) return known;
  const { pairs, patterns = [], isText } = grammar;
  const all = [...pairs.map(({ open }) => open), ...patterns.map(([pattern]) => pattern), WORD];
  if (!isText) all.push(NUMBER);
  const made = new RegExp(all.map(({ source }) => `(${source})`).join("|"), "g");
  beginnings.set(grammar, made);
  return made;
}

/** The coloured stretches of one line, and what is open behind it. */
export function tokenize(grammar: Grammar, line: string, before: State): { tokens: Token[]; state: State } {
  const tokens: Token[] = [];
  // A longer line is data, not code, and looking for all that it could be takes too long
  if (line.length > MAX_LINE) return { tokens, state: before };
  const add = (start: number, end: number, kind: Kind | null): number => {
    if (kind && end > start) tokens.push({ start, end, kind });
    return end;
  };
  let state = before;
  let from = 0;
  if (state) {
    const end = closing(state, line, 0);
    from = add(0, end ?? line.length, state.kind);
    if (end === null) return { tokens, state };
    state = null;
  }
  const search = beginningsOf(grammar);
  while (from < line.length) {
    search.lastIndex = from;
    const match = search.exec(line);
    if (!match) break;
    const end = search.lastIndex;
    const which = match.findIndex((part, i) => i > 0 && part !== undefined) - 1;
    const pair = grammar.pairs[which];
    const close = pair ? closing(pair, line, end) : end;
    const kind = pair ? pair.kind : plain(grammar, which - grammar.pairs.length, match[0], line.charAt(end));
    from = Math.max(match.index + 1, add(match.index, close ?? line.length, kind));
    if (close === null && pair?.long) state = pair;
  }
  return { tokens, state };
}

/** Where what `pair` has opened before `from` ends, or null. */
function closing({ close }: Pair, line: string, from: number): number | null {
  close.lastIndex = from;
  return close.test(line) ? close.lastIndex : null;
}

/** The colour of what pattern `which` has found, with words and numbers behind the grammar's own. */
function plain({ patterns = [], ...grammar }: Grammar, which: number, found: string, next: string): Kind | null {
  const own = patterns[which];
  if (own) return own[1];
  if (which > patterns.length) return "number";
  if (grammar.isText) return null;
  const known = grammar.words?.get(grammar.ignoreCase ? found.toLowerCase() : found);
  return known ?? (grammar.calls && next === "(" ? "name" : null);
}
