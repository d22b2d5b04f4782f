/** One source line as its container sees it, counted as markdown-it's StateBlock counts. Pure. */

export interface Line {
  readonly text: string;
  /** Where the containers' prefix ends. markdown-it: bMarks. */
  readonly begin: number;
  /** Characters from `begin` to the content. markdown-it: tShift. */
  readonly shift: number;
  /** Columns of indentation; -1 marks a lazy continuation. markdown-it: sCount. */
  readonly indent: number;
  /** Columns before `begin`, for tab stops. markdown-it: bsCount. */
  readonly offset: number;
}

/** Where a block may start: what its container asks of a line. */
export interface Place {
  /** Columns a line needs to be inside. markdown-it: blkIndent. */
  readonly indent: number;
  /** Columns of the list around, or -1. markdown-it: listIndent. */
  readonly listIndent: number;
  /** Formulas are understood. */
  readonly maths: boolean;
}

const TAB = 9;
const SPACE = 32;

export const isSpace = (code: number): boolean => code === SPACE || code === TAB;
/** Index of the first character that is neither space nor tab. Other blanks, such as NBSP, count as text. */
export const content = (line: Line): number => line.begin + line.shift;
export const isBlank = (line: Line): boolean => content(line) >= line.text.length;
/** Four columns or more: indented code, and never the start of anything else. */
export const isDeep = (line: Line, place: Place): boolean => line.indent - place.indent >= 4;

/** A line outside of any container. */
export function lineOf(text: string): Line {
  const { shift, indent } = blanks(text, 0, 0, 0);
  return { text, begin: 0, shift, indent, offset: 0 };
}

/** Spaces and tabs from `from` on; `column` is where they start, `before` what tab stops count in addition. */
export function blanks(text: string, from: number, column: number, before: number): { shift: number; indent: number } {
  let at = from;
  let indent = column;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === TAB) indent += 4 - ((indent + before) % 4);
    else if (code === SPACE) indent++;
    else break;
  }
  return { shift: at - from, indent };
}

/** The line's text without its first `columns` columns; half a tab becomes spaces. markdown-it: getLines. */
export function cut(line: Line, columns: number): string {
  let column = 0;
  let at = line.begin;
  for (; at < line.text.length && column < columns; at++) {
    const code = line.text.charCodeAt(at);
    if (code === TAB) column += 4 - ((column + line.offset) % 4);
    else if (code === SPACE || at - line.begin < line.shift) column++;
    else break;
  }
  return " ".repeat(Math.max(0, column - columns)) + line.text.slice(at);
}

/** Trims what markdown-it trims around paragraphs and headings; Unicode blanks stay. */
export function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isTrimmable(text.charCodeAt(start))) start++;
  while (end > start && isTrimmable(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isTrimmable = (code: number): boolean => isSpace(code) || code === 10 || code === 13;
