/** What a line can start, and what it can interrupt: markdown-it's block rules, one line at a time. Pure. */
import { begins, type Closer } from "./formula.js";
import { blanks, content, isDeep, isSpace, type Line, type Place } from "./line.js";

const FENCE = /(`{3,})([^`]*)$|(~{3,})(.*)$/sy;
const RULE = /([*_-])(?:[ \t]*\1){2,}[ \t]*$/y;
const HEADING = /#{1,6}(?=[ \t]|$)/y;
const BULLET = /[-*+](?=[ \t]|$)/y;
const ORDERED = /(\d{1,9})[.)](?=[ \t]|$)/y;
const NOTE = /\[\^([^ \]]+)\]:/y;
const UNDERLINE = /(?:-+|=+)[ \t]*$/y;

function match(pattern: RegExp, line: Line): RegExpExecArray | null {
  pattern.lastIndex = content(line);
  return pattern.exec(line.text);
}

export interface FenceStart {
  marker: string;
  length: number;
  info: string;
  indent: number;
}

export function fence(line: Line, place: Place): FenceStart | null {
  if (isDeep(line, place)) return null;
  const found = match(FENCE, line);
  const marks = found?.[1] ?? found?.[3];
  if (!found || !marks) return null;
  return { marker: marks.charAt(0), length: marks.length, info: found[2] ?? found[4] ?? "", indent: line.indent };
}

/** Whether the line closes an open fence. */
export function closesFence(line: Line, place: Place, open: FenceStart): boolean {
  if (isDeep(line, place)) return false;
  let at = content(line);
  while (line.text.charAt(at) === open.marker) at++;
  return at - content(line) >= open.length && restIsBlank(line.text, at);
}

/** What ends the formula's block that starts here: "" where it is over already, null where there is none. */
export function formula(line: Line, place: Place): Closer | "" | null {
  return place.maths && !isDeep(line, place) ? begins(line.text, content(line)) : null;
}

export const rule = (line: Line, place: Place): boolean => !isDeep(line, place) && match(RULE, line) !== null;

export function heading(line: Line, place: Place): { level: number; text: string } | null {
  const found = isDeep(line, place) ? null : match(HEADING, line);
  if (!found) return null;
  const level = found[0].length;
  const from = content(line) + level;
  let end = backOver(line.text, line.text.length, from, isSpace);
  const closing = backOver(line.text, end, from, (code) => code === 35);
  if (closing > from && isSpace(line.text.charCodeAt(closing - 1))) end = closing;
  return { level, text: line.text.slice(from, end) };
}

function backOver(text: string, end: number, least: number, test: (code: number) => boolean): number {
  let at = end;
  while (at > least && test(text.charCodeAt(at - 1))) at--;
  return at;
}

/** 1 or 2 where the line underlines the paragraph above it into a heading, else 0. */
export function underline(line: Line): number {
  const found = match(UNDERLINE, line);
  return found ? (found[0].startsWith("=") ? 1 : 2) : 0;
}

export interface Marker {
  ordered: boolean;
  /** The character that ends it: bullet, dot or parenthesis. Another one starts another list. */
  sign: string;
  value: number;
  /** Index behind it. */
  end: number;
}

export function marker(line: Line): Marker | null {
  const bullet = match(BULLET, line);
  if (bullet) return { ordered: false, sign: bullet[0], value: 1, end: BULLET.lastIndex };
  const ordered = match(ORDERED, line);
  return ordered
    ? { ordered: true, sign: ordered[0].slice(-1), value: Number(ordered[1]), end: ORDERED.lastIndex }
    : null;
}

/** The marker of a list that starts here. Into a paragraph only a list that starts at 1 and has text may cut. */
export function list(line: Line, place: Place, cutsParagraph: boolean): Marker | null {
  if (isDeep(line, place)) return null;
  if (place.listIndent >= 0 && line.indent - place.listIndent >= 4 && line.indent < place.indent) return null;
  const found = marker(line);
  if (!found) return null;
  if (cutsParagraph && line.indent >= place.indent) {
    if (found.value !== 1 || restIsBlank(line.text, found.end)) return null;
  }
  return found;
}

/** A list item's first line, and the columns its other lines need. */
export function item(line: Line, found: Marker): { line: Line; indent: number } {
  const initial = line.indent + found.end - content(line);
  const { shift, indent } = blanks(line.text, found.end, initial, line.offset);
  const empty = found.end + shift >= line.text.length;
  const gap = empty || indent - initial > 4 ? 1 : indent - initial;
  return { line: { ...line, shift: found.end + shift - line.begin, indent }, indent: initial + gap };
}

export const quote = (line: Line, place: Place): boolean =>
  !isDeep(line, place) && line.text.charAt(content(line)) === ">";

/** The line behind its `>`. */
export function unquote(line: Line): Line {
  const { text, offset } = line;
  let begin = content(line) + 1;
  let initial = line.indent + 1;
  let halfTab = 0;
  const next = text.charCodeAt(begin);
  if (next === 32 || (next === 9 && (offset + initial) % 4 === 3)) {
    begin++;
    initial++;
  } else if (next === 9) halfTab = 1; // the tab is wider than the one column that belongs to the marker
  const { shift, indent } = blanks(text, begin, initial, offset + halfTab);
  return { text, begin, shift, indent: indent - initial, offset: line.indent + 1 + (isSpace(next) ? 1 : 0) };
}

/** The label of a footnote definition that starts here, and the line behind it. */
export function note(line: Line, place: Place): { label: string; line: Line } | null {
  const found = match(NOTE, line);
  if (!found) return null;
  const begin = NOTE.lastIndex;
  const initial = line.indent + begin - content(line);
  const { shift, indent } = blanks(line.text, begin, initial, 0);
  const inner = indent - initial;
  const least = place.indent + 4;
  return {
    label: found[1] ?? "",
    line: { ...line, begin, shift, indent: inner < least ? inner + least : inner },
  };
}

export type Interrupted = "paragraph" | "reference" | "quote" | "table" | "list";

/** Whether the line ends what is open before it. Tables need a second line and are asked for elsewhere. */
export function interrupts(what: Interrupted, line: Line, place: Place): boolean {
  if (fence(line, place) || quote(line, place) || rule(line, place)) return true;
  if (formula(line, place) !== null) return true;
  if (what === "list") return false;
  if (list(line, place, what === "paragraph") || heading(line, place)) return true;
  return (what === "paragraph" || what === "reference") && note(line, place) !== null;
}

export function restIsBlank(text: string, from: number): boolean {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at >= text.length;
}
