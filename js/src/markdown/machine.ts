/**
 * The block structure of markdown, line by line: markdown-it's block parser turned inside out.
 *
 * Each complete line costs O(depth). Four things can change what earlier lines meant, all of them local: an underline
 * and a delimiter row (the line before), a link reference definition (its own lines), and the unfinished last line,
 * which is read as if it were complete and taken back by the caller. It knows neither inline markup nor DOM.
 */
import { Blocks, enter, type Lookahead } from "./blocks.js";
import { begin, type Definition, type Found, read } from "./definition.js";
import { content, isBlank, type Line, lineOf, type Place } from "./line.js";
import { type Branch, branch } from "./nodes.js";
import { interrupts } from "./starts.js";
import {
  type Entry,
  initial,
  type Pending,
  putBack,
  restore,
  type Snapshot,
  type Source,
  type State,
  save,
} from "./state.js";
import { type Align, MAYBE_DELIMITERS, table } from "./tables.js";

export class Machine implements Lookahead {
  readonly root: Branch = branch("root");
  readonly state: State;
  private readonly blocks: Blocks;
  /** The line below the one being read, where it is known already. */
  private below: Source | null = null;
  /** The last line would be a table's header over the right delimiter row. */
  private asked = false;
  /** The state before the last line, and that line. */
  private before: { snapshot: Snapshot; line: Source; mark: number } | null = null;
  /** What was found out about the definition that starts on the line of this number. */
  private verdicts = new Map<number, Found | null>();

  /** `maths`: formulas are understood. */
  constructor(maths = false) {
    this.state = initial(this.root, maths);
    this.blocks = new Blocks(this.state, this);
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
    if (!this.follow(line)) this.blocks.read(line.text);
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
    return this.columns(line, place, pending.quotes) === null && !interrupts("reference", line, place);
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

  columns(line: Line, place: Place, quotes: readonly Place[]): Align[] | null {
    if (!line.text.includes("|", content(line))) return null;
    this.asked ||= this.below === null;
    const below = this.below && this.through(quotes, this.below.text);
    return below && table(line, below, place);
  }

  definition(line: Line, { quotes, indent, listIndent, maths }: Entry): Found | null {
    const { state, before } = this;
    const { number } = state;
    const known = this.verdicts.get(number);
    if (known !== undefined || !before) return known ?? null;
    const attempt = begin(body(line, before.line.ended));
    if (attempt.phase !== "over") {
      const first = { attempt, line: number, lines: [before.line], quotes, place: { indent, listIndent, maths } };
      state.pending = [...state.pending, { ...first, before: before.snapshot }];
    }
    return attempt.found;
  }
}

const body = (line: Line, ended: boolean): string => line.text.slice(content(line)) + (ended ? "\n" : "");
