/** What the unfinished last line will most likely become. Works on the machine, whose lines the caller takes back. */
import { lineOf } from "./line.js";
import type { Machine } from "./machine.js";
import { cells, MAYBE_DELIMITERS } from "./tables.js";

// Could be the start of a list, a heading, a fence, a rule or underline, a table, and of text all the same
const BEGINNING = /^[ \t>]*(?:\d{1,9}[.)]?|[-+*_]{1,3}|#{1,6}|`{1,2}|~{1,2}|=+|\|)$/;
// A definition, which shows nothing, or its beginning
const DEFINITION = /^[ \t>]*\[(?:[^\]]{0,30}|[^\]]*\](?::.*)?)$/;
const FENCE_END = /^[ \t>]*(?:`+|~+)$/;
const HEADER = /^\|.*\|/;
/** Characters of a line from which on it is not expected to be a header; a hundredth of it, as lines of a paragraph. */
const FAR = 4000;

/** Whether the line is not worth showing yet: its kind changes with the next character. */
export function isUncertain(machine: Machine, line: string): boolean {
  const { leaf } = machine.state;
  if (leaf?.kind === "fence") return FENCE_END.test(line);
  return leaf?.kind !== "code" && (BEGINNING.test(line) || (leaf === null && DEFINITION.test(line)));
}

/**
 * The delimiter row that makes the paragraph's last line a table's header, where it looks like one; else null.
 * `below` is what stands of the next line, which may be its beginning.
 */
export function delimiterRow(machine: Machine, below: string): string | null {
  const { leaf } = machine.state;
  const lines = leaf?.kind === "paragraph" ? leaf.node.lines : [];
  const header = lines.at(-1);
  // Each guess closes the paragraph, so that all of it is parsed
  if (
    !header ||
    header.length > FAR ||
    lines.length > FAR / 100 ||
    !HEADER.test(header) ||
    !MAYBE_DELIMITERS.test(below)
  )
    return null;
  // Inside the same containers: quotes go on by their markers, items by blanks
  const around = machine.lastLine.replace(/\|.*$/s, "").replace(/[^ \t>]/g, " ");
  return `${around}|${"-|".repeat(cells(lineOf(header)).length)}`;
}
