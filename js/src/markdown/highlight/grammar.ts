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

const WORD = /[A-Za-z_$][\w$]*/y;
const NUMBER = /(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*\.?[\d_]*(?:[eE][+-]?\d+)?)[A-Za-z]?\w*/y;
const OTHER = /[^\w$"'`#/<>=@\-+*%{[\\:.!?&|;,()}\]~^\s]+|\s+|./y;

function at(pattern: RegExp, line: string, from: number): string | null {
  pattern.lastIndex = from;
  return pattern.exec(line)?.[0] ?? null;
}

/** The coloured stretches of one line, and what is open behind it. */
export function tokenize(grammar: Grammar, line: string, before: State): { tokens: Token[]; state: State } {
  const tokens: Token[] = [];
  let state = before;
  let from = 0;
  const add = (length: number, kind: Kind | null): void => {
    if (kind && length > 0) tokens.push({ start: from, end: from + length, kind });
    from += Math.max(1, length);
  };
  // A longer line is data, not code, and looking for all that it could be takes too long
  if (line.length > MAX_LINE) return { tokens, state };
  while (from < line.length) {
    if (state) {
      const rest: string | null = at(state.close, line, from);
      const { kind } = state;
      if (rest !== null) state = null;
      add(rest?.length ?? line.length - from, kind);
      continue;
    }
    const pair = grammar.pairs.find(({ open }) => at(open, line, from) !== null);
    if (pair) {
      const open = at(pair.open, line, from) ?? "";
      const rest = at(pair.close, line, from + open.length);
      if (rest === null && pair.long) state = pair;
      add(rest === null ? line.length - from : open.length + rest.length, pair.kind);
      continue;
    }
    const [length, kind] = plain(grammar, line, from);
    add(length, kind);
  }
  return { tokens, state };
}

function plain(grammar: Grammar, line: string, from: number): readonly [number, Kind | null] {
  for (const [pattern, kind] of grammar.patterns ?? []) {
    const found = at(pattern, line, from);
    if (found) return [found.length, kind];
  }
  const word = at(WORD, line, from);
  if (word) return [word.length, grammar.isText ? null : wordKind(grammar, word, line, from + word.length)];
  const number = grammar.isText ? null : at(NUMBER, line, from);
  if (number) return [number.length, "number"];
  return [at(OTHER, line, from)?.length ?? 1, null];
}

function wordKind(grammar: Grammar, word: string, line: string, end: number): Kind | null {
  const known = grammar.words?.get(grammar.ignoreCase ? word.toLowerCase() : word);
  return known ?? (grammar.calls && line.charAt(end) === "(" ? "name" : null);
}
