/** What the line machine remembers between lines, and how a line is taken back. */
import type { Attempt, Definition } from "./definition.js";
import type { Closer } from "./formula.js";
import type { Place } from "./line.js";
import type { Branch, Code, Prose, Table } from "./nodes.js";
import type { FenceStart } from "./starts.js";

/** An open container. */
export interface Entry extends Place {
  readonly node: Branch;
  readonly level: number;
  /** The places at which the quotes around it start, outermost first. */
  readonly quotes: readonly Place[];
  /** Number of the line it starts on. */
  readonly line: number;
  /** Of a list: its marker's last character. */
  readonly sign: string;
  /** Blocks begun in it. */
  blocks: number;
  /** Of a list: number of the line its last item starts on. */
  last: number;
  /** A blank line stood between two of its blocks, or at the end of one. */
  gaps: boolean;
  /** Of a quote: its last marked line was blank. */
  spent: boolean;
  /** Of a quote or the root: nested too deeply, so the rest of it is dropped, as markdown-it does. */
  mute: boolean;
  /** A footnote is defined in it. */
  noted: boolean;
}

/** The open leaf block. */
export type OpenLeaf =
  /** `closer`: it is a formula's block until that comes; "": it was one, and no underline makes it a heading. */
  | { readonly kind: "paragraph"; readonly node: Prose; readonly closer?: Closer | "" }
  | { readonly kind: "fence"; readonly node: Code; readonly start: FenceStart }
  /** The first `waiting` of `blanks` belong to it if more code follows. */
  | { readonly kind: "code"; readonly node: Code; readonly blanks: string[]; readonly waiting: number }
  | { readonly kind: "table"; readonly node: Table; readonly begun: boolean; readonly filled: number }
  | { readonly kind: "definition"; readonly left: number };

/** A definition that further lines may extend or undo. */
export interface Pending {
  readonly attempt: Attempt;
  /** Number of its first line, and all its lines. */
  readonly line: number;
  readonly lines: readonly Source[];
  readonly quotes: readonly Place[];
  readonly place: Place;
  /** The state before its first line. */
  readonly before: Snapshot;
}

export interface Source {
  readonly text: string;
  /** Its line feed has come. */
  readonly ended: boolean;
}

export interface State {
  number: number;
  stack: Entry[];
  leaf: OpenLeaf | null;
  /** Whether the last line was blank, by the number of quotes around. */
  blank: readonly boolean[];
  pending: readonly Pending[];
  definitions: Definition[];
  /** Footnote definitions in the order of their first lines. */
  notes: Branch[];
  /** What was cut off by taking lines back, for a later state that is itself taken back. */
  readonly cuts: Cut[];
}

interface Cut {
  readonly list: unknown[];
  readonly tail: readonly unknown[];
  readonly length: number;
}

export function initial(root: Branch, maths: boolean): State {
  const place = { indent: 0, listIndent: -1, maths, level: 0, quotes: [], line: 0, sign: "" };
  const entry = { ...place, node: root, blocks: 0, last: 0, gaps: false, spent: false, mute: false, noted: false };
  return { number: -1, stack: [entry], leaf: null, blank: [], pending: [], definitions: [], notes: [], cuts: [] };
}

export interface Snapshot {
  readonly state: Pick<State, "number" | "stack" | "leaf" | "blank" | "pending">;
  /** Lengths of the children of the open containers. */
  readonly lengths: readonly number[];
  readonly tight: readonly boolean[];
  /** Length of the open leaf's lines or rows. */
  readonly leaf: number;
  readonly definitions: number;
  readonly notes: number;
}

export function save(state: State): Snapshot {
  const { number, stack, leaf, blank, pending } = state;
  return {
    state: { number, stack: stack.map((entry) => ({ ...entry })), leaf, blank, pending },
    lengths: stack.map((entry) => entry.node.children.length),
    tight: stack.map((entry) => entry.node.tight),
    leaf: leaf ? size(leaf) : 0,
    definitions: state.definitions.length,
    notes: state.notes.length,
  };
}

/** Brings `state` back to `snapshot`, which stays good for further use. */
export function restore(state: State, snapshot: Snapshot): void {
  const { stack, leaf } = snapshot.state;
  Object.assign(state, snapshot.state);
  state.stack = stack.map((entry) => ({ ...entry }));
  for (const [i, { node }] of stack.entries()) {
    const length = snapshot.lengths[i] ?? 0;
    shorten(state, node.children, length);
    node.low = Math.min(node.low, length);
    node.tight = snapshot.tight[i] ?? true;
  }
  if (leaf) shorten(state, rows(leaf), snapshot.leaf);
  shorten(state, state.definitions, snapshot.definitions);
  shorten(state, state.notes, snapshot.notes);
}

function shorten(state: State, list: unknown[], length: number): void {
  if (list.length <= length) return;
  state.cuts.push({ list, tail: list.slice(length), length });
  list.length = length;
}

/** Undoes all cuts but the first `mark`: what was taken back is there again. */
export function putBack(state: State, mark: number): void {
  while (state.cuts.length > mark) {
    const cut = state.cuts.pop();
    if (!cut) return;
    cut.list.length = cut.length;
    for (const element of cut.tail) cut.list.push(element);
  }
}

function rows(leaf: OpenLeaf): unknown[] {
  if (leaf.kind === "definition") return [];
  return leaf.kind === "table" ? leaf.node.rows : leaf.node.lines;
}

const size = (leaf: OpenLeaf): number => rows(leaf).length;
