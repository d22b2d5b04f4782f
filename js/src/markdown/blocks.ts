/** Which containers a line is in, and which blocks begin on it. Knows one line at a time; looking ahead is its owner's. */
import type { Found } from "./definition.js";
import { extend } from "./leaves.js";
import { content, cut, isBlank, isDeep, type Line, lineOf, type Place, trim } from "./line.js";
import { type Block, branch, type Prose } from "./nodes.js";
import * as starts from "./starts.js";
import type { Entry, OpenLeaf, State } from "./state.js";
import { type Align, cells } from "./tables.js";

const MAX_LEVEL = 100;

/** What only the lines to come can tell. */
export interface Lookahead {
  /** The columns of the table that `line` is the header of, or null. */
  columns(line: Line, place: Place, quotes: readonly Place[]): Align[] | null;
  /** The definition that begins on `line`, or null. */
  definition(line: Line, place: Entry): Found | null;
}

/** The line as each number of quotes around sees it, and whether it was blank to them, as was the line before. */
interface Views {
  readonly lines: Line[];
  readonly blank: boolean[];
  readonly before: readonly boolean[];
}

/** What a block's beginning leaves of its line: nothing, or what is inside of it. */
type Begun = "whole" | "outside";

export class Blocks {
  constructor(
    private readonly state: State,
    private readonly ahead: Lookahead,
  ) {}

  read(text: string): void {
    const { stack } = this.state;
    const lines = [lineOf(text)];
    let last = lines[0] as Line;
    let mute = stack[0]?.mute ?? false;
    for (const [depth, entry] of stack.entries()) {
      const place = entry.node.kind === "quote" && !mute ? entry.quotes.at(-1) : null;
      if (!place) continue;
      const inner = enter(last, place, entry.spent);
      if (!inner) {
        this.close(depth);
        return this.fresh(lines);
      }
      if (inner.indent >= 0) entry.spent = isBlank(inner);
      lines.push(inner);
      last = inner;
      mute = entry.mute;
    }
    if (!mute && !this.continues(last)) this.fresh(lines);
    else this.state.blank = lines.map(isBlank);
  }

  /** Whether the open leaf takes the line; where not, it is closed. */
  private continues(line: Line): boolean {
    const { state, top } = this;
    if (!state.leaf) return false;
    const taken = extend(state.leaf, line, top, (header) => this.ahead.columns(header, top, top.quotes) !== null);
    if (!taken) this.closeLeaf();
    else state.leaf = taken.leaf;
    if (taken?.closed) this.add(taken.closed);
    return taken !== null;
  }

  /** The line belongs to no open leaf: containers may end, blocks may begin. */
  private fresh(lines: Line[]): void {
    // As its containers see it: to them the line of a marker is never blank
    const views = { lines, blank: lines.map(isBlank), before: this.state.blank };
    while (this.next(views));
    this.state.blank = views.blank;
  }

  /** One container less, or one more. False when the line is used up. */
  private next(views: Views): boolean {
    const { top } = this;
    const { lines, blank, before } = views;
    const line = lines[top.quotes.length];
    if (!line) return false;
    if (top.node.kind === "list") {
      if (!this.nextItem(top, line, views)) this.pop();
      return true;
    }
    if (isBlank(line)) {
      // An item may begin with one blank line; a second one ends it
      if (top.node.kind === "item" && top.blocks === 0 && top.line === this.state.number - 1 && top.spent) this.pop();
      return false;
    }
    if (line.indent < top.indent) {
      this.pop();
      lines.length = Math.min(lines.length, this.top.quotes.length + 1);
      blank.length = lines.length;
      return true;
    }
    if (top.level >= MAX_LEVEL) {
      this.mute();
      return false;
    }
    this.count(top, before);
    return this.begin(top, line, views) === "outside";
  }

  private nextItem(list: Entry, line: Line, { lines, before }: Views): boolean {
    if (line.indent < list.indent || isDeep(line, list) || starts.interrupts("list", line, list)) return false;
    const found = starts.marker(line);
    if (!found || found.ordered !== list.node.ordered || found.sign !== list.sign) return false;
    if (this.state.number - list.last > 1 && before[list.quotes.length]) list.node.tight = false;
    this.item(list, found, line, lines);
    return true;
  }

  private item(list: Entry, found: starts.Marker, line: Line, lines: Line[]): void {
    const { line: inner, indent } = starts.item(line, found);
    list.last = this.state.number;
    lines[list.quotes.length] = inner;
    const place = { indent, listIndent: list.indent };
    this.push({ ...list, ...place, node: branch("item"), level: list.level + 1, spent: isBlank(inner) });
  }

  /** Blank lines between the blocks of an item make its list loose. */
  private count(top: Entry, before: readonly boolean[]): void {
    if (top.blocks > 0 && before[top.quotes.length]) top.gaps = true;
    top.blocks++;
    const list = this.state.stack.at(-2);
    if (top.gaps && top.node.kind === "item" && list) list.node.tight = false;
  }

  /** The rules in markdown-it's order. */
  private begin(top: Entry, line: Line, views: Views): Begun {
    const { lines } = views;
    return (
      this.table(top, line) ??
      this.code(top, line) ??
      this.formula(top, line) ??
      this.fence(top, line) ??
      this.quote(top, line, views) ??
      (starts.rule(line, top) ? this.add({ kind: "rule" }) : null) ??
      this.list(top, line, lines) ??
      this.note(top, line, lines) ??
      this.definition(top, line) ??
      this.heading(top, line) ??
      this.paragraph(top, line)
    );
  }

  private table(top: Entry, line: Line): Begun | null {
    const aligns = this.ahead.columns(line, top, top.quotes);
    if (!aligns) return null;
    const header = cells(line).map((cell) => cell.trim());
    const node = { kind: "table" as const, line: this.state.number, aligns, header, rows: [] };
    return this.open({ kind: "table", node, begun: false, filled: 0 });
  }

  private code(top: Entry, line: Line): Begun | null {
    if (!isDeep(line, top)) return null;
    const node = { kind: "code" as const, fenced: false, info: "", lines: [cut(line, top.indent + 4)] };
    return this.open({ kind: "code", node, blanks: [], waiting: 0 });
  }

  private formula(top: Entry, line: Line): Begun | null {
    const closer = starts.formula(line, top);
    if (closer === null) return null;
    const node = this.prose(top, line);
    return closer ? this.open({ kind: "paragraph", node, closer }) : this.add(node);
  }

  private fence(top: Entry, line: Line): Begun | null {
    const start = starts.fence(line, top);
    const node = start && { kind: "code" as const, fenced: true, info: start.info, lines: [] };
    return node && this.open({ kind: "fence", node, start });
  }

  private quote(top: Entry, line: Line, { lines, blank }: Views): Begun | null {
    if (!starts.quote(line, top)) return null;
    const inner = starts.unquote(line);
    lines.push(inner);
    blank.push(isBlank(inner));
    const place = { indent: 0, quotes: [...top.quotes, top], level: top.level + 1 };
    return this.push({ ...top, ...place, node: branch("quote"), spent: isBlank(inner) });
  }

  private list(top: Entry, line: Line, lines: Line[]): Begun | null {
    const marker = starts.list(line, top, false);
    if (!marker) return null;
    const node = branch("list", { ordered: marker.ordered, start: marker.value });
    this.push({ ...top, node, level: top.level + 1, sign: marker.sign });
    this.item(this.top, marker, line, lines);
    return "outside";
  }

  private note(top: Entry, line: Line, lines: Line[]): Begun | null {
    const note = starts.note(line, top);
    if (!note) return null;
    const node = branch("note", { label: note.label });
    lines[top.quotes.length] = note.line;
    this.state.notes.push(node);
    top.noted = true;
    return this.push({ ...top, node, indent: top.indent + 4, level: top.level + 1 });
  }

  private definition(top: Entry, line: Line): Begun | null {
    const found = line.text.charAt(content(line)) === "[" ? this.ahead.definition(line, top) : null;
    if (!found) return null;
    const { label, href, title, lines } = found;
    this.state.definitions.push({ label, href, title });
    return this.open(lines > 1 ? { kind: "definition", left: lines - 1 } : null);
  }

  private heading(top: Entry, line: Line): Begun | null {
    const heading = starts.heading(line, top);
    if (!heading) return null;
    const { level, text } = heading;
    return this.add({ kind: "heading", level, line: this.state.number, task: false, lines: [trim(text)] });
  }

  private paragraph(top: Entry, line: Line): Begun {
    return this.open({ kind: "paragraph", node: this.prose(top, line) });
  }

  private prose(top: Entry, line: Line): Prose {
    const task = top.node.kind === "item" && top.node.children.length === 0 && !top.noted;
    const lines = [cut(line, top.indent)];
    return { kind: "paragraph", level: 0, line: this.state.number, task, lines };
  }

  private get top(): Entry {
    const top = this.state.stack.at(-1);
    if (!top) throw new Error("the root is never closed");
    return top;
  }

  private open(leaf: OpenLeaf | null): Begun {
    this.state.leaf = leaf;
    return "whole";
  }

  private add(node: Block): Begun {
    this.top.node.children.push(node);
    return "whole";
  }

  private push(entry: Entry): Begun {
    const line = this.state.number;
    this.state.stack.push({ ...entry, line, blocks: 0, last: line, gaps: false, mute: false, noted: false });
    return "outside";
  }

  private pop(): void {
    const { node } = this.top;
    this.state.stack.pop();
    node.open = null;
    if (node.kind !== "note") this.add(node);
  }

  private closeLeaf(): void {
    const { leaf } = this.state;
    this.state.leaf = null;
    if (leaf && leaf.kind !== "definition") this.add(leaf.node);
  }

  /** Closes the containers from the `depth`th on. */
  private close(depth: number): void {
    this.closeLeaf();
    while (this.state.stack.length > depth) this.pop();
  }

  /** Drops the rest of the innermost quote, or of all. */
  private mute(): void {
    while (this.top.node.kind !== "quote" && this.top.node.kind !== "root") this.pop();
    this.top.mute = true;
  }
}

/** The line inside the quote that starts at `place`, or null where the quote ends before it. */
export function enter(line: Line, place: Place, spent: boolean): Line | null {
  if (isBlank(line)) return null;
  if (line.text.charAt(content(line)) === ">" && line.indent >= place.indent) return starts.unquote(line);
  return spent || starts.interrupts("quote", line, place) ? null : { ...line, indent: -1 };
}
