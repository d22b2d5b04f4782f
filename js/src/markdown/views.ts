/** Blocks into DOM. Only the path to the open edge is touched; what is settled keeps its nodes. */

import { Boxes, textHeight } from "./boxes.js";
import { CodeBlock } from "./code.js";
import { direct } from "./direction.js";
import type { NoteBody } from "./footnotes.js";
import { trim } from "./line.js";
import { type Block, type Branch, isBranch, type Prose } from "./nodes.js";
import { type Page, TextView } from "./prose.js";
import { keepSelection } from "./selection.js";
import { TableView } from "./table.js";
import type { Role, View } from "./view.js";

/** How many children make a box of their own. */
const GROUP = 64;
const TAGS = { root: "div", quote: "blockquote", item: "li", note: "li" };

export class BranchView implements View, NoteBody {
  readonly el: HTMLElement;
  private readonly views: View[] = [];
  private readonly boxes: Boxes;
  private tight = false;
  /** Which child was at the edge, or -1. */
  private edge = -1;

  constructor(
    private readonly page: Page,
    public node: Branch,
  ) {
    this.el = page.document.createElement(node.kind === "list" ? (node.ordered ? "ol" : "ul") : TAGS[node.kind]);
    this.boxes = new Boxes(this.el, GROUP, textHeight);
  }

  accepts(block: Block): boolean {
    return block.kind === this.node.kind && block.ordered === this.node.ordered;
  }

  update(block: Block, role: Role): void {
    if (!isBranch(block)) return;
    const { children, open } = block;
    const tight = block.kind === "list" ? block.tight : role.tight;
    const same = block === this.node && tight === this.tight;
    const from = same ? Math.min(block.low, this.views.length, this.edge < 0 ? Infinity : this.edge) : 0;
    this.node = block;
    this.tight = tight;
    const total = children.length + (open ? 1 : 0);
    this.edge = role.edge ? total - 1 : -1;
    for (let i = from; i < total; i++) this.place(i, children[i] ?? open, role.unsure);
    for (const view of this.views.splice(total)) drop(view);
    this.boxes.trim(total);
    block.low = children.length;
    if (block.ordered) this.number(block.start);
    // Marks stand on the side where its own script begins
    if (block.kind !== "item" && block.kind !== "note") direct(this.el);
  }

  forget(): void {
    for (const view of this.views) view.forget();
  }

  /** Whether nothing has changed since the last update. */
  isCurrent(block: Branch, edge: boolean): boolean {
    const { children, low, open } = block;
    return !edge && !open && this.edge < 0 && low >= children.length && this.views.length === children.length;
  }

  /** Where links back from a footnote go. */
  get end(): HTMLElement {
    const last = this.views.at(-1);
    return last instanceof ProseView && last.el.localName === "p" ? last.el : this.el;
  }

  private place(i: number, block: Block | null | undefined, unsure: boolean): void {
    if (!block) return;
    const { node, tight } = this;
    const open = i >= node.children.length;
    const edge = i === this.edge && (open || unsure);
    const role = { tight: tight && node.kind !== "quote", edge, unsure, open };
    let view = this.views[i];
    if (!view?.accepts(block)) {
      const next = make(this.page, block);
      next.update(block, role);
      this.insert(i, next.el, view);
      view = next;
    } else {
      const { el } = view;
      view.update(block, role);
      if (view.el !== el) this.insert(i, view.el, null);
    }
    this.views[i] = view;
    // Containment hides the numbers before a group from it
    if (node.ordered && i % GROUP === 0 && i > 0) view.el.setAttribute("value", String(node.start + i));
  }

  private insert(i: number, el: HTMLElement, old: View | null | undefined): void {
    if (old) {
      old.el.replaceWith(el);
      old.forget();
    } else if (!el.parentNode) this.boxes.insert(i, el, this.views[i - 1]?.el);
  }

  private number(start: number): void {
    const old = this.el.getAttribute("start") ?? "1";
    if (old === String(start)) return;
    if (start === 1) this.el.removeAttribute("start");
    else this.el.setAttribute("start", String(start));
  }
}

function drop(view: View): void {
  view.el.remove();
  view.forget();
}

class ProseView implements View {
  el: HTMLElement;
  private readonly text: TextView;

  constructor(
    private readonly page: Page,
    block: Prose,
  ) {
    this.el = page.document.createElement("p");
    this.text = new TextView(page, this.el, block.line, 0);
  }

  accepts(block: Block): boolean {
    return (block.kind === "paragraph" || block.kind === "heading") && block.line === this.text.line;
  }

  update(block: Block, role: Role): void {
    if (block.kind !== "paragraph" && block.kind !== "heading") return;
    const tag = block.kind === "heading" ? `h${block.level}` : role.tight ? "span" : "p";
    if (this.el.localName !== tag) this.become(tag);
    this.text.show(trim(block.lines.join("\n")), block.task, role.edge);
  }

  forget(): void {
    this.text.forget();
  }

  /** Another element around the same nodes: their text stays selected. */
  private become(tag: string): void {
    const el = this.page.document.createElement(tag);
    const reselect = keepSelection(this.el);
    el.append(...this.el.childNodes);
    if (this.el.parentNode) this.el.replaceWith(el);
    this.el = el;
    this.text.host = el;
    reselect();
  }
}

class CodeView implements View {
  readonly el: HTMLElement;
  private readonly code: CodeBlock;

  constructor(
    page: Page,
    private readonly fenced: boolean,
  ) {
    this.code = new CodeBlock(page.document, page.highlighter, page.policy.code);
    this.el = this.code.el;
  }

  accepts(block: Block): boolean {
    return block.kind === "code" && block.fenced === this.fenced;
  }

  update(block: Block, role: Role): void {
    if (block.kind === "code") this.code.show(block, role.open);
  }

  forget(): void {
    this.code.forget();
  }
}

class RuleView implements View {
  readonly el: HTMLElement;

  constructor(page: Page) {
    this.el = page.document.createElement("hr");
  }

  accepts(block: Block): boolean {
    return block.kind === "rule";
  }

  update(): void {}
  forget(): void {}
}

function make(page: Page, block: Block): View {
  switch (block.kind) {
    case "paragraph":
    case "heading":
      return new ProseView(page, block);
    case "code":
      return new CodeView(page, block.fenced);
    case "table":
      return new TableView(page, block);
    case "rule":
      return new RuleView(page);
    default:
      return new BranchView(page, block);
  }
}
