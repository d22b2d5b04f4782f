/** Text in, DOM up to date after every push: the line machine, the names and the views put together. */
import type { Highlighter } from "./code.js";
import type { InlineParser } from "./dialect.js";
import { Footnotes } from "./footnotes.js";
import { Formulas, type Maths } from "./formulas.js";
import { delimiterRow, isUncertain } from "./guess.js";
import { Machine } from "./machine.js";
import { NameTable } from "./names.js";
import type { Branch } from "./nodes.js";
import type { Page, Run } from "./prose.js";
import { askAgain } from "./selection.js";
import type { Policy } from "./spans.js";
import { BranchView } from "./views.js";

/** What an engine's text may be like. */
export interface EngineOptions {
  readonly policy: Policy;
  readonly parse: InlineParser;
  /** Show what is unfinished as it will most likely be, until the end. */
  readonly repair: boolean;
  /** Loads the colours for code when the first block with a language's name appears. */
  readonly highlighter?: (() => Promise<Highlighter>) | null;
  /** Loads what draws formulas when the first block that holds one has closed. False, or nothing: `$` is a character. */
  readonly maths?: (() => Promise<Maths>) | boolean;
}

export class Engine {
  private readonly machine: Machine;
  private readonly page: Page;
  private readonly root: BranchView;
  private readonly notes = new Map<Branch, BranchView>();
  /** The unfinished last line. */
  private rest = "";
  private takeBack: (() => void) | null = null;
  private afterReturn = false;

  private isOpen = true;
  /** Definitions before the unfinished line: those on it may still change. */
  private certain = 0;

  constructor(document: Document, { policy, parse, repair, highlighter = null, maths = false }: EngineOptions) {
    this.machine = new Machine(maths !== false);
    const formulas = new Formulas(typeof maths === "function" ? maths : null);
    const footnotes = new Footnotes(document, policy, formulas);
    this.page = { document, parse, policy, repair, highlighter, formulas, names: new NameTable<Run>(), footnotes };
    this.root = new BranchView(this.page, this.machine.root);
    this.root.el.addEventListener("click", (event) => footnotes.follow(event));
  }

  get el(): HTMLElement {
    return this.root.el;
  }

  push(text: string): void {
    askAgain(this.page.document);
    this.takeBack?.();
    this.takeBack = null;
    this.read(text);
    this.certain = this.machine.definitions.length;
    this.speculate();
    this.draw();
  }

  /** Takes all away and stops what is left for later. */
  destroy(): void {
    this.root.forget();
    this.page.formulas.forget();
    for (const view of this.notes.values()) view.forget();
    this.el.remove();
  }

  /** No more text comes: nothing is guessed, nothing left for later any longer. */
  end(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.push("");
  }

  /** Reads the unfinished line as if it were complete, and what will most likely follow. */
  private speculate(): void {
    const { machine, rest } = this;
    const guesses = this.guesses;
    const guess = guesses ? delimiterRow(machine, rest) : null;
    // markdown-it does not count a last line of blanks without its line feed
    const isLine = /[^ \t]/.test(rest) && guess === null && !(guesses && isUncertain(machine, rest));
    if (!isLine && guess === null) return;
    this.takeBack = machine.save();
    machine.line(guess ?? rest, false);
    const row = guesses && isLine ? delimiterRow(machine, "") : null;
    if (row !== null) machine.line(row, false);
  }

  private read(text: string): void {
    let from = this.afterReturn && text.startsWith("\n") ? 1 : 0;
    if (text) this.afterReturn = text.endsWith("\r");
    for (const { 0: feed, index } of text.matchAll(FEED)) {
      if (index < from) continue;
      this.machine.line(this.rest + clean(text.slice(from, index)));
      this.rest = "";
      from = index + feed.length;
    }
    this.rest += clean(text.slice(from));
  }

  private draw(): void {
    const { machine, page } = this;
    machine.connect();
    const { definitions } = machine;
    const known = this.guesses && this.certain < definitions.length ? definitions.slice(0, this.certain) : definitions;
    const stale = page.names.update(known, machine.notes);
    const role = { tight: false, edge: this.isOpen, unsure: this.takeBack !== null, open: true };
    this.root.update(machine.root, role);
    const touched = this.drawNotes();
    for (const text of stale) text.draw();
    page.footnotes.update(this.root.el, touched, (label) => {
      const node = page.names.note(label);
      return node && this.note(node);
    });
  }

  private get guesses(): boolean {
    return this.isOpen && this.page.repair;
  }

  /** Brings the footnotes' bodies up to date; the labels of those that were not. */
  private drawNotes(): Set<string> {
    const { notes } = this.machine;
    const touched = new Set<string>();
    const known = new Set(notes);
    for (const [node, view] of this.notes) {
      if (known.has(node)) continue;
      this.dropNote(node, view);
      touched.add(node.label);
    }
    for (const node of notes) {
      const edge = this.isOpen && this.machine.isAtEdge(node);
      if (this.notes.get(node)?.isCurrent(node, edge)) continue;
      this.note(node).update(node, { tight: false, edge, unsure: this.takeBack !== null, open: true });
      touched.add(node.label);
    }
    return touched;
  }

  private note(node: Branch): BranchView {
    const view = this.notes.get(node) ?? new BranchView(this.page, node);
    this.notes.set(node, view);
    return view;
  }

  private dropNote(node: Branch, view: BranchView): void {
    view.el.remove();
    view.forget();
    this.notes.delete(node);
  }
}

const FEED = /\r\n?|\n/g;

/** NUL is replaced, as CommonMark asks. */
const clean = (text: string): string => text.replace(/\0/g, "\ufffd");
