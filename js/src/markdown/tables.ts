/** markdown-it's table rule, split into what one line can tell. Pure. */
import { content, isDeep, isSpace, type Line, type Place } from "./line.js";

export type Align = "" | "left" | "center" | "right";

/** Lines that could be a delimiter row behind any quote markers: the cheap test before the true one. */
export const MAYBE_DELIMITERS = /^[ \t>|:-]*$/;
/** Cells that may be filled up in short rows before the table ends; markdown-it's 65,536 took half a second for 20 KB. */
export const MAX_FILLED = 8_000;

/** Columns from which on a table is shown as the text it is. */
const MAX_COLUMNS = 200;

/** The columns of a delimiter row, or null. */
function delimiters(line: Line, place: Place): Align[] | null {
  if (line.indent < place.indent || isDeep(line, place)) return null;
  const text = line.text.slice(content(line));
  const second = text.charCodeAt(1);
  if (!/^[|:-][ \t|:-][ \t|:-]*$/.test(text) || (text.startsWith("-") && isSpace(second))) return null;
  const cells = text.split("|");
  const aligns: Align[] = [];
  for (const [i, cell] of cells.entries()) {
    const dashes = cell.trim();
    if (!dashes && (i === 0 || i === cells.length - 1)) continue;
    if (!/^:?-+:?$/.test(dashes)) return null;
    aligns.push(align(dashes));
  }
  return aligns;
}

function align(dashes: string): Align {
  if (dashes.endsWith(":")) return dashes.startsWith(":") ? "center" : "right";
  return dashes.startsWith(":") ? "left" : "";
}

/** The columns of the table that `header` and the line below it start, or null. */
export function table(header: Line, below: Line, place: Place): Align[] | null {
  const aligns = delimiters(below, place);
  if (!aligns || isDeep(header, place) || !header.text.includes("|", content(header))) return null;
  if (aligns.length > MAX_COLUMNS) return null;
  const count = cells(header).length;
  return count > 0 && count === aligns.length ? aligns : null;
}

/** The cells of a row, untrimmed; `\|` is a bar inside a cell. */
export function cells(line: Line): string[] {
  const parts = split(line.text.slice(content(line)).trim());
  if (parts[0] === "") parts.shift();
  if (parts.at(-1) === "") parts.pop();
  return parts;
}

function split(text: string): string[] {
  const parts: string[] = [];
  let current = "";
  let last = 0;
  for (let at = text.indexOf("|"); at >= 0; at = text.indexOf("|", at + 1)) {
    if (text.charAt(at - 1) === "\\") {
      current += text.slice(last, at - 1);
      last = at;
    } else {
      parts.push(current + text.slice(last, at));
      current = "";
      last = at + 1;
    }
  }
  parts.push(current + text.slice(last));
  return parts;
}
