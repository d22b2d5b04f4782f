/**
 * A link reference definition that may go on in the next line: markdown-it's reference rule, resumable.
 *
 * `[label]:`, the destination and the title may each stand on a line of their own, and a title may run over many. After
 * every line the reader says what a document ending here would hold, and whether a further line could change it.
 */

import { markdown } from "./dialect.js";
import { isSpace } from "./line.js";

const MAX_LABEL = 999;
const { parseLinkDestination, parseLinkTitle } = markdown.helpers;

export interface Definition {
  readonly label: string;
  readonly href: string;
  readonly title: string;
}

export interface Found extends Definition {
  /** Lines it takes, from the one with its bracket. */
  readonly lines: number;
}

type Title = ReturnType<typeof parseLinkTitle>;
type Phase = "label" | "destination" | "gap" | "title" | "over";

/** One attempt; every step returns a new value, so that lines can be taken back. */
export interface Attempt {
  readonly phase: Phase;
  /** Lines read so far. */
  readonly lines: number;
  /** What the text so far defines, if it does. */
  readonly found: Found | null;
  readonly label: string;
  readonly href: string;
  /** The title stands on the destination's line: should it fail, all fails. */
  readonly sameLine: boolean;
  readonly title: Title | null;
}

const EMPTY: Attempt = { phase: "label", lines: 0, found: null, label: "", href: "", sameLine: false, title: null };

/** The attempt after its first line; `body` is the line from the bracket on, with its line feed if it has come. */
export function begin(body: string): Attempt {
  return body.startsWith("[") ? label({ ...EMPTY, lines: 1 }, body, 1) : over(EMPTY, null);
}

/** The attempt after one more line. */
export function read(attempt: Attempt, body: string): Attempt {
  const next = { ...attempt, lines: attempt.lines + 1 };
  if (attempt.phase === "label") return label(next, body, 0);
  if (attempt.phase === "destination") return destination(next, body, 0);
  return attempt.phase === "title" ? title(next, body, 0) : gap(next, body, 0, false);
}

const over = (attempt: Attempt, found: Found | null): Attempt => ({ ...attempt, phase: "over", found });

function label(attempt: Attempt, body: string, from: number): Attempt {
  let at = from;
  for (; at < body.length; at++) {
    if (attempt.label.length + at - from > MAX_LABEL * 2) return over(attempt, null);
    let code = body.charCodeAt(at);
    if (code === 91) return over(attempt, null);
    if (code === 93) return labelEnds(attempt, body, from, at);
    if (code === 92) code = body.charCodeAt(++at);
    if (code === 10) break;
  }
  return { ...attempt, label: attempt.label + body.slice(from) };
}

function labelEnds(attempt: Attempt, body: string, from: number, at: number): Attempt {
  const raw = attempt.label + body.slice(from, at);
  if (body.charCodeAt(at + 1) !== 58) return over(attempt, null);
  if (raw.length > MAX_LABEL && [...raw].length > MAX_LABEL) return over(attempt, null);
  return destination({ ...attempt, label: raw, phase: "destination" }, body, at + 2);
}

function destination(attempt: Attempt, body: string, from: number): Attempt {
  const at = skip(body, from);
  if (body.charCodeAt(at) === 10) return attempt;
  const parsed = parseLinkDestination(body, at, body.length);
  const href = parsed.ok ? markdown.normalizeLink(parsed.str) : "";
  if (!parsed.ok || !markdown.validateLink(href)) return over(attempt, null);
  return gap({ ...attempt, href, phase: "gap" }, body, parsed.pos, true);
}

function gap(attempt: Attempt, body: string, from: number, sameLine: boolean): Attempt {
  const at = skip(body, from);
  // A destination may swallow its own line feed behind a backslash: then nothing can follow.
  if (at >= body.length) return over(attempt, define(attempt, ""));
  if (body.charCodeAt(at) === 10) return { ...attempt, found: define(attempt, "") };
  const next: Attempt = { ...attempt, sameLine, phase: "title" };
  return sameLine && at === from ? over(next, null) : title(next, body, at);
}

function title(attempt: Attempt, body: string, from: number): Attempt {
  const parsed = parseLinkTitle(body, from, body.length, attempt.title ?? undefined);
  const without = over(attempt, attempt.sameLine ? null : attempt.found);
  if (!parsed.ok) return parsed.can_continue ? { ...attempt, title: parsed } : without;
  const end = skip(body, parsed.pos);
  if (end >= body.length || body.charCodeAt(end) === 10) return over(attempt, define(attempt, parsed.str));
  // markdown-it forgets to step back over an empty title
  return parsed.str ? without : over(attempt, null);
}

function define(attempt: Attempt, text: string): Found | null {
  const name = markdown.utils.normalizeReference(attempt.label);
  return name ? { label: name, href: attempt.href, title: text, lines: attempt.lines } : null;
}

function skip(body: string, from: number): number {
  let at = from;
  while (isSpace(body.charCodeAt(at))) at++;
  return at;
}
