/** What shows one block. */
import type { Block } from "./nodes.js";

/** Where a block stands. */
export interface Role {
  /** In an item of a tight list: a paragraph is not wrapped. */
  readonly tight: boolean;
  /** At the end of all text, which goes on. */
  readonly edge: boolean;
  /** The last line is unfinished: what closed on it may still be taken back. */
  readonly unsure: boolean;
  /** Not closed: what stands at its end may still be taken back. */
  readonly open: boolean;
}

export interface View {
  readonly el: HTMLElement;
  /** Whether it can go on to show `block`, which came in the place of what it shows. */
  accepts(block: Block): boolean;
  update(block: Block, role: Role): void;
  forget(): void;
}
