/** Text in, DOM up to date after every push: the line machine, the names and the views put together. */
import type { InlineParser } from "./dialect.js";
import { Footnotes } from "./footnotes.js";
import { Machine } from "./machine.js";
import { NameTable } from "./names.js";
import type { Branch } from "./nodes.js";
import type { Page, Run } from "./prose.js";
import type { Policy } from "./spans.js";
import { BranchView, PLAIN } from "./views.js";

export class Engine {
  private readonly machine = new Machine();
  private readonly page: Page;
  private readonly root: BranchView;
  private readonly notes = new Map<Branch, BranchView>();
  /** The unfinished last line. */
  private rest = "";
  private takeBack: (() => void) | null = null;
  private afterReturn = false;

  constructor(document: Document, policy: Policy, parse: InlineParser) {
    const footnotes = new Footnotes(document, policy);
    this.page = { document, parse, policy, names: new NameTable<Run>(), footnotes };
    this.root = new BranchView(this.page, this.machine.root);
  }

  get el(): HTMLElement {
    return this.root.el;
  }

  push(text: string): void {
    this.takeBack?.();
    this.takeBack = null;
    this.read(text);
    // markdown-it does not count a last line of blanks without its line feed
    if (/[^ \t]/.test(this.rest)) {
      this.takeBack = this.machine.save();
      this.machine.line(this.rest, false);
    }
    this.draw();
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
    const stale = page.names.update(machine.definitions, machine.notes);
    this.root.update(machine.root, PLAIN);
    for (const [node, view] of this.notes) if (!machine.notes.includes(node)) this.dropNote(node, view);
    for (const node of machine.notes) this.note(node).update(node, PLAIN);
    for (const text of stale) text.draw();
    page.footnotes.update(this.root.el, (label) => {
      const node = page.names.note(label);
      return node && this.note(node);
    });
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
