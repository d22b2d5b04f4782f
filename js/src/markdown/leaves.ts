/** How an open leaf block takes one more line. Pure but for the lines of the leaf's own node. */
import { type Closer, closes } from "./formula.js";
import { content, cut, isBlank, isDeep, type Line, type Place } from "./line.js";
import type { Block } from "./nodes.js";
import * as starts from "./starts.js";
import type { OpenLeaf } from "./state.js";
import { cells, MAX_FILLED } from "./tables.js";

/** What a line did to the leaf that took it: what is open then, and what it closed as. */
export interface Taken {
  readonly leaf: OpenLeaf | null;
  readonly closed?: Block;
}

/** Whether a line is a table's header, as far as the next line is known. */
export type IsHeader = (line: Line) => boolean;

type Of<Kind> = Extract<OpenLeaf, { kind: Kind }>;

/** Null where the leaf ends before the line. */
export function extend(leaf: OpenLeaf, line: Line, place: Place, isHeader: IsHeader): Taken | null {
  switch (leaf.kind) {
    case "paragraph":
      return leaf.closer ? formula(leaf, leaf.closer, line, place) : paragraph(leaf, line, place, isHeader);
    case "fence":
      return fence(leaf, line, place);
    case "code":
      return code(leaf, line, place);
    case "table":
      return table(leaf, line, place);
    case "definition":
      return { leaf: leaf.left > 1 ? { ...leaf, left: leaf.left - 1 } : null };
  }
}

function paragraph(leaf: Of<"paragraph">, line: Line, place: Place, isHeader: IsHeader): Taken | null {
  const { node } = leaf;
  if (isBlank(line)) return null;
  if (!isDeep(line, place)) {
    const level = line.indent >= place.indent && leaf.closer === undefined ? starts.underline(line) : 0;
    if (level) return { leaf: null, closed: { ...node, kind: "heading", level, task: false, lines: [...node.lines] } };
    if (line.indent >= 0 && (isHeader(line) || starts.interrupts("paragraph", line, place))) return null;
  }
  node.lines.push(cut(line, place.indent));
  return { leaf };
}

/** Whatever a line looks like, it is the formula's. Should that not end, its lines are a paragraph all the same. */
function formula(leaf: Of<"paragraph">, closer: Closer, line: Line, place: Place): Taken | null {
  if (isBlank(line) || line.indent < place.indent || starts.fence(line, place)) return null;
  const { node } = leaf;
  node.lines.push(cut(line, place.indent));
  const isMore = closes(line.text, content(line), closer);
  if (isMore === null) return { leaf };
  return isMore ? { leaf: { ...leaf, closer: "" } } : { leaf: null, closed: node };
}

function fence(leaf: Of<"fence">, line: Line, place: Place): Taken | null {
  if (!isBlank(line) && line.indent < place.indent) return null;
  if (starts.closesFence(line, place, leaf.start)) return { leaf: null, closed: leaf.node };
  leaf.node.lines.push(cut(line, leaf.start.indent));
  return { leaf };
}

/** Blank lines belong to indented code only if more of it follows. */
function code(leaf: Of<"code">, line: Line, place: Place): Taken | null {
  const text = cut(line, place.indent + 4);
  const { blanks, waiting } = leaf;
  if (isBlank(line)) {
    blanks.length = waiting;
    blanks.push(text);
    return { leaf: { ...leaf, waiting: waiting + 1 } };
  }
  if (!isDeep(line, place)) return null;
  for (const blank of blanks.slice(0, waiting)) leaf.node.lines.push(blank);
  leaf.node.lines.push(text);
  return { leaf: waiting > 0 ? { ...leaf, blanks: [], waiting: 0 } : leaf };
}

function table(leaf: Of<"table">, line: Line, place: Place): Taken | null {
  // The delimiter row, which made it a table
  if (!leaf.begun) return { leaf: { ...leaf, begun: true } };
  // Here, and here only, markdown-it takes Unicode blanks for blanks
  if (line.indent < place.indent || !line.text.slice(content(line)).trim() || isDeep(line, place)) return null;
  if (starts.interrupts("table", line, place)) return null;
  const { aligns, rows } = leaf.node;
  const row = cells(line);
  const filled = leaf.filled + aligns.length - row.length;
  if (filled > MAX_FILLED) return null;
  rows.push(aligns.map((_, i) => row[i]?.trim() ?? ""));
  return { leaf: { ...leaf, filled } };
}
