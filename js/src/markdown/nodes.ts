/** The tree of blocks. Everything but the path to the open edge is final. */
import type { Align } from "./tables.js";

export interface Branch {
  readonly kind: "root" | "quote" | "list" | "item" | "note";
  /** Closed children, in order. Only ever grown, or cut back by a line that is taken back. */
  readonly children: Block[];
  /** The child that still grows. */
  open: Block | null;
  /** Least length `children` had since the DOM was brought up to date: what is before it has not changed. */
  low: number;
  /** Of a list: paragraphs of its items are not wrapped. */
  tight: boolean;
  /** Of a list: ordered. */
  readonly ordered: boolean;
  /** Of an ordered list: its first number. */
  readonly start: number;
  /** Of a footnote: its label. */
  readonly label: string;
}

export interface Prose {
  readonly kind: "paragraph" | "heading";
  /** Of a heading: 1 to 6; else 0. */
  readonly level: number;
  /** First in a list item: `[ ]` at its start makes a checkbox. */
  readonly task: boolean;
  /** Number of its first line. */
  readonly line: number;
  readonly lines: string[];
}

export interface Code {
  readonly kind: "code";
  readonly fenced: boolean;
  readonly info: string;
  readonly lines: string[];
}

export interface Table {
  readonly kind: "table";
  /** Number of its header's line. */
  readonly line: number;
  readonly aligns: readonly Align[];
  readonly header: readonly string[];
  readonly rows: (readonly string[])[];
}

export interface Rule {
  readonly kind: "rule";
}

export type Leaf = Prose | Code | Table | Rule;
export type Block = Branch | Leaf;

const BRANCH = { open: null, low: 0, tight: true, ordered: false, start: 1, label: "" };

export function branch(kind: Branch["kind"], more: Partial<Pick<Branch, "ordered" | "start" | "label">> = {}): Branch {
  return { ...BRANCH, ...more, kind, children: [] };
}

export const isBranch = (block: Block): block is Branch => "children" in block;
