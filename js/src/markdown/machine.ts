/**
 * The block structure of markdown, line by line: markdown-it's block parser turned inside out.
 *
 * Each complete line costs O(depth). Four things can change what earlier lines meant, all of them local: an underline
 * and a delimiter row (the line before), a link reference definition (its own lines), and the unfinished last line,
 * which is read as if it were complete and taken back by the caller. It knows neither inline markup nor DOM.
 */
import { begin, type Definition, type Found, read } from "./definition.js";
import { content, cut, isBlank, isDeep, type Line, lineOf, type Place, trim } from "./line.js";
import { type Block, type Branch, branch, type Prose } from "./nodes.js";
import * as starts from "./starts.js";
import {
  type Entry,
  type OpenLeaf,
  type Pending,
  putBack,
  restore,
  type Snapshot,
  type Source,
  type State,
  save,
} from "./state.js";
import { cells, MAX_FILLED, MAYBE_DELIMITERS, table } from "./tables.js";

const MAX_LEVEL = 100;

type Table = Extract<OpenLeaf, { kind: "table" }>;

export class Machine {
  readonly root: Branch = branch("root");
  readonly state: State;
  /** The line below the one being read, where it is known already. */
  private below: Source | null = null;
  /** The last line would be a table's header over the right delimiter row. */
  private asked = false;
  private before: { snapshot: Snapshot; line: Source; mark: number } | null = null;
  /** What was found out about the definition that starts on the line of this number. */
  private verdicts = new Map<number, Found | null>();

  constructor() {
    const quotes: Place[] = [];
    const root = { ...ENTRY, node: this.root, indent: 0, listIndent: -1, level: 0, quotes };
    this.state = {
      number: -1,
      stack: [root],
      leaf: null,
      blank: [],
      pending: [],
      definitions: [],
      notes: [],
      cuts: [],
    };
  }

  /** Reads one line without its line feed; `ended` tells whether that has come. */
  line(text: string, ended = true): void {
    const line = { text, ended };
    if (this.asked && this.before && MAYBE_DELIMITERS.test(text)) {
      putBack(this.state, this.before.mark);
      restore(this.state, this.before.snapshot);
      this.step(this.before.line, line);
    }
    if (ended) this.state.cuts.length = 0;
    this.remember(line);
    this.step(line, null);
  }

  /** All that is needed to take lines back. */
  save(): () => void {
    const snapshot = save(this.state);
    const { asked, before } = this;
    const mark = this.state.cuts.length;
    return () => {
      putBack(this.state, mark);
      restore(this.state, snapshot);
      this.state.cuts.length = mark;
      this.asked = asked;
      this.before = before;
    };
  }

  /** Links every open block to its parent, so that the tree can be walked. */
  connect(): void {
    const { stack, leaf } = this.state;
    for (const [i, { node }] of stack.entries()) {
      const inner = stack[i + 1]?.node ?? (leaf && leaf.kind !== "definition" ? leaf.node : null);
      // Footnotes hang elsewhere
      node.open = inner?.kind === "note" ? null : inner;
    }
  }

  isAtEdge(node: Branch): boolean {
    return this.state.stack.some((entry) => entry.node === node);
  }

  /** The line read last, as it came. */
  get lastLine(): string {
    return this.before?.line.text ?? "";
  }

  get definitions(): readonly Definition[] {
    return this.state.definitions;
  }

  get notes(): readonly Branch[] {
    return this.state.notes;
  }

  private remember(line: Source): void {
    this.before = { snapshot: save(this.state), line, mark: this.state.cuts.length };
  }

  private step(line: Source, below: Source | null): void {
    this.below = below;
    this.asked = false;
    this.state.number++;
    if (!this.follow(line)) this.walk(line);
  }

  /** Shows the line to the definitions that wait for one. True when that changed what their lines mean. */
  private follow(line: Source): boolean {
    const { state } = this;
    const still: Pending[] = [];
    for (const pending of state.pending) {
      const inner = this.through(pending.quotes, line.text);
      const attempt = inner && this.extends(pending, inner) ? read(pending.attempt, body(inner, line.ended)) : null;
      if (!attempt) continue;
      const next = { ...pending, attempt, lines: [...pending.lines, line] };
      if (attempt.phase !== "over") still.push(next);
      if (attempt.found !== pending.attempt.found) {
        this.rewind(next, attempt.found);
        state.pending = [...still, ...state.pending.filter((later) => later.line > next.line)];
        return true;
      }
    }
    state.pending = still;
    return false;
  }

  /** markdown-it: getNextLinePos. */
  private extends(pending: Pending, line: Line): boolean {
    const { place } = pending;
    if (isBlank(line)) return false;
    if (line.indent - place.indent > 3 || line.indent < 0) return true;
    return !this.isHeader(line, place, pending.quotes) && !starts.interrupts("reference", line, place);
  }

  private rewind(pending: Pending, found: Found | null): void {
    const { before, below, asked } = this;
    restore(this.state, pending.before);
    this.verdicts.set(pending.line, found);
    for (const [i, line] of pending.lines.entries()) {
      this.remember(line);
      this.step(line, pending.lines[i + 1] ?? below);
    }
    this.verdicts.delete(pending.line);
    this.asked ||= asked;
    this.before = before;
  }

  /** The line as seen from inside `quotes`, or null where it is outside. */
  private through(quotes: readonly Place[], text: string): Line | null {
    let line: Line | null = lineOf(text);
    for (const place of quotes) line = line && enter(line, place, false);
    return line;
  }

  private isHeader(line: Line, place: Place, quotes: readonly Place[]): boolean {
    if (!line.text.includes("|", content(line))) return false;
    this.asked ||= this.below === null;
    const below = this.below && this.through(quotes, this.below.text);
    return below !== null && table(line, below, place) !== null;
  }

  private walk(source: Source): void {
    const { stack } = this.state;
    const lines: [Line, ...Line[]] = [lineOf(source.text)];
    let last = lines[0];
    let mute = stack[0]?.mute ?? false;
    for (const [i, entry] of stack.entries()) {
      if (entry.node.kind !== "quote" || mute) continue;
      const place = entry.quotes.at(-1);
      const inner = place && enter(last, place, entry.spent);
      if (!inner) {
        this.close(i);
        return this.fresh(source, lines);
      }
      if (inner.indent >= 0) entry.spent = isBlank(inner);
      lines.push(inner);
      last = inner;
      mute = entry.mute;
    }
    if (!mute && !this.continues(last)) this.fresh(source, lines);
    else this.state.blank = lines.map(isBlank);
  }

  /** Whether the open leaf takes the line; where not, it is closed. */
  private continues(line: Line): boolean {
    const { leaf } = this.state;
    if (!leaf) return false;
    const place = this.top;
    switch (leaf.kind) {
      case "paragraph":
        if (this.extendsParagraph(leaf.node, line, place)) return true;
        break;
      case "fence":
        if (!isBlank(line) && line.indent < place.indent) break;
        if (starts.closesFence(line, place, leaf.start)) this.closeLeaf();
        else leaf.node.lines.push(cut(line, leaf.start.indent));
        return true;
      case "code":
        if (this.extendsCode(leaf, line, place)) return true;
        break;
      case "table":
        if (this.extendsTable(leaf, line, place)) return true;
        break;
      case "definition":
        this.state.leaf = leaf.left > 1 ? { ...leaf, left: leaf.left - 1 } : null;
        return true;
    }
    this.closeLeaf();
    return false;
  }

  private extendsParagraph(node: Prose, line: Line, place: Entry): boolean {
    if (isBlank(line)) return false;
    if (line.indent - place.indent <= 3) {
      const level = line.indent >= place.indent ? starts.underline(line) : 0;
      if (level) {
        this.state.leaf = null;
        this.add({ ...node, kind: "heading", level, task: false, lines: [...node.lines] });
        return true;
      }
      if (line.indent >= 0) {
        if (this.isHeader(line, place, place.quotes) || starts.interrupts("paragraph", line, place)) return false;
      }
    }
    node.lines.push(cut(line, place.indent));
    return true;
  }

  private extendsCode(leaf: Extract<OpenLeaf, { kind: "code" }>, line: Line, place: Place): boolean {
    const text = cut(line, place.indent + 4);
    if (isBlank(line)) this.state.leaf = { ...leaf, blanks: [...leaf.blanks, text] };
    else if (!isDeep(line, place)) return false;
    else {
      leaf.node.lines.push(...leaf.blanks, text);
      this.state.leaf = { ...leaf, blanks: [] };
    }
    return true;
  }

  private extendsTable(leaf: Table, line: Line, place: Place): boolean {
    if (!leaf.begun) {
      this.state.leaf = { ...leaf, begun: true };
      return true;
    }
    // Here, and here only, markdown-it takes Unicode blanks for blanks
    if (line.indent < place.indent || !line.text.slice(content(line)).trim() || isDeep(line, place)) return false;
    if (starts.interrupts("table", line, place)) return false;
    const row = cells(line);
    const width = leaf.node.aligns.length;
    const filled = leaf.filled + width - row.length;
    if (filled > MAX_FILLED) return false;
    leaf.node.rows.push(leaf.node.aligns.map((_, i) => row[i]?.trim() ?? ""));
    this.state.leaf = { ...leaf, filled };
    return true;
  }

  /** The line belongs to no open leaf: containers may end, blocks may start. */
  private fresh(source: Source, lines: Line[]): void {
    const before = this.state.blank;
    // As its containers see it: to them the line of a marker is never blank
    const blank = lines.map(isBlank);
    for (;;) {
      const top = this.top;
      const line = lines[top.quotes.length] ?? lineOf(source.text);
      if (top.node.kind === "list") {
        if (this.nextItem(top, line, lines, before)) continue;
        this.pop();
      } else if (isBlank(line)) {
        // An item may begin with one blank line; a second one ends it
        if (top.node.kind === "item" && top.blocks === 0 && top.line === this.state.number - 1 && top.spent) this.pop();
        break;
      } else if (line.indent < top.indent) {
        this.pop();
        lines.length = Math.min(lines.length, this.top.quotes.length + 1);
        blank.length = Math.min(blank.length, lines.length);
      } else if (top.level >= MAX_LEVEL) {
        this.mute();
        break;
      } else if (this.start(top, line, lines, before, source)) break;
    }
    this.state.blank = lines.map((line, depth) => blank[depth] ?? isBlank(line));
  }

  private nextItem(list: Entry, line: Line, lines: Line[], blank: readonly boolean[]): boolean {
    const { number } = this.state;
    if (line.indent < list.indent || isDeep(line, list) || starts.interrupts("list", line, list)) return false;
    const found = starts.marker(line);
    if (!found || found.ordered !== list.node.ordered || found.sign !== list.sign) return false;
    if (number - list.blocks > 1 && blank[list.quotes.length]) list.node.tight = false;
    this.item(list, found, line, lines);
    return true;
  }

  private item(list: Entry, found: starts.Marker, line: Line, lines: Line[]): void {
    const first = starts.item(line, found);
    // Of a list, `blocks` holds the number of its last item's first line
    list.blocks = this.state.number;
    lines[list.quotes.length] = first.line;
    const spent = isBlank(first.line);
    this.push({
      ...list,
      node: branch("item"),
      indent: first.indent,
      listIndent: list.indent,
      level: list.level + 1,
      spent,
    });
  }

  /** Starts the block of a line that is inside `top` and not blank. True when nothing more can start on it. */
  private start(top: Entry, line: Line, lines: Line[], blank: readonly boolean[], source: Source): boolean {
    const { state } = this;
    if (top.blocks > 0 && blank[top.quotes.length]) top.gaps = true;
    top.blocks++;
    const around = state.stack.at(-2);
    if (top.gaps && top.node.kind === "item" && around) around.node.tight = false;
    if (this.isHeader(line, top, top.quotes)) return this.table(top, line);
    if (isDeep(line, top)) {
      state.leaf = {
        kind: "code",
        node: { kind: "code", fenced: false, info: "", lines: [cut(line, top.indent + 4)] },
        blanks: [],
      };
      return true;
    }
    const fence = starts.fence(line, top);
    if (fence) {
      state.leaf = { kind: "fence", node: { kind: "code", fenced: true, info: fence.info, lines: [] }, start: fence };
      return true;
    }
    if (starts.quote(line, top)) {
      const inner = starts.unquote(line);
      lines.push(inner);
      this.push({
        ...ENTRY,
        node: branch("quote"),
        indent: 0,
        listIndent: top.listIndent,
        level: top.level + 1,
        quotes: [...top.quotes, top],
        spent: isBlank(inner),
      });
      return false;
    }
    if (starts.rule(line, top)) return this.add({ kind: "rule" });
    const marker = starts.list(line, top, false);
    if (marker) {
      const { ordered, value, sign } = marker;
      this.push({ ...top, node: branch("list", { ordered, start: value }), level: top.level + 1, sign });
      this.item(this.top, marker, line, lines);
      return false;
    }
    const note = starts.note(line, top);
    if (note) {
      const node = branch("note", { label: note.label });
      lines[top.quotes.length] = note.line;
      state.notes.push(node);
      top.noted = true;
      this.push({ ...top, node, indent: top.indent + 4, level: top.level + 1 });
      return false;
    }
    if (this.define(top, line, source)) return true;
    const heading = starts.heading(line, top);
    const task = top.node.kind === "item" && top.node.children.length === 0 && !top.noted;
    if (heading)
      return this.add({
        kind: "heading",
        level: heading.level,
        line: state.number,
        task: false,
        lines: [trim(heading.text)],
      });
    state.leaf = {
      kind: "paragraph",
      node: { kind: "paragraph", level: 0, line: state.number, task, lines: [cut(line, top.indent)] },
    };
    return true;
  }

  private table(top: Entry, header: Line): boolean {
    const below = this.below && this.through(top.quotes, this.below.text);
    const aligns = (below && table(header, below, top)) ?? [];
    const node = {
      kind: "table" as const,
      line: this.state.number,
      aligns,
      header: cells(header).map((cell) => cell.trim()),
      rows: [],
    };
    this.state.leaf = { kind: "table", node, begun: false, filled: 0 };
    return true;
  }

  private define(top: Entry, line: Line, source: Source): boolean {
    const { state } = this;
    const { number } = state;
    if (line.text.charAt(content(line)) !== "[") return false;
    const known = this.verdicts.has(number);
    const attempt = known ? null : begin(body(line, source.ended));
    const found = attempt ? attempt.found : (this.verdicts.get(number) ?? null);
    if (attempt && attempt.phase !== "over" && this.before) {
      const { quotes, indent, listIndent } = top;
      const first = { attempt, line: number, lines: [source], quotes, place: { indent, listIndent } };
      state.pending = [...state.pending, { ...first, before: this.before.snapshot }];
    }
    if (!found) return false;
    const { label, href, title } = found;
    state.definitions.push({ label, href, title });
    state.leaf = found.lines > 1 ? { kind: "definition", left: found.lines - 1 } : null;
    return true;
  }

  /** Drops the rest of the innermost quote, or of all. */
  private mute(): void {
    while (this.top.node.kind !== "quote" && this.top.node.kind !== "root") this.pop();
    this.top.mute = true;
  }

  private get top(): Entry {
    const top = this.state.stack.at(-1);
    if (!top) throw new Error("the root is never closed");
    return top;
  }

  private push(entry: Omit<Entry, "line">): void {
    this.state.stack.push({
      ...entry,
      blocks: entry.node.kind === "list" ? this.state.number : 0,
      gaps: false,
      mute: false,
      noted: false,
      line: this.state.number,
    });
  }

  private pop(): void {
    const { node } = this.top;
    this.state.stack.pop();
    node.open = null;
    if (node.kind !== "note") this.add(node);
  }

  private add(node: Block): true {
    this.top.node.children.push(node);
    return true;
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
}

const ENTRY = { line: 0, sign: "", blocks: 0, gaps: false, spent: false, mute: false, noted: false };

/** The line inside the quote that starts at `place`, or null where the quote ends before it. */
function enter(line: Line, place: Place, spent: boolean): Line | null {
  if (isBlank(line)) return null;
  if (line.text.charAt(content(line)) === ">" && line.indent >= place.indent) return starts.unquote(line);
  return spent || starts.interrupts("quote", line, place) ? null : { ...line, indent: -1 };
}

const body = (line: Line, ended: boolean): string => line.text.slice(content(line)) + (ended ? "\n" : "");
