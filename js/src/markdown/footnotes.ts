/** Footnotes: numbered in the order of their first use, collected below the text. */
import type { Formulas } from "./formulas.js";
import type { NoteUse } from "./notes.js";
import { noteLinks, patch, type Shown } from "./patch.js";
import type { Order, Run } from "./prose.js";
import { type Policy, spansOf } from "./spans.js";

/** One footnote of the document: by its label, or with its own text. */
interface Numbered {
  readonly label: string | null;
  readonly use: NoteUse;
  /** Of all notes of the text that has its first use: what stands in its own text may refer to them. */
  readonly numbers: readonly Place[];
  uses: number;
}

/** What is known of a note where a text refers to it: its number, and how often it was referred to before. */
interface Place {
  readonly number: number;
  readonly before: number;
}

/** Shows the definition of a label; owned by whoever shows blocks. */
export interface NoteBody {
  readonly el: HTMLElement;
  /** Where the links back go: the last paragraph, or the note itself. */
  readonly end: HTMLElement;
}

/** A text whose footnotes are numbered. */
interface Counted {
  readonly text: Run;
  readonly numbers: readonly Place[];
  /** How many footnotes are asked for before it. */
  readonly first: number;
}

let documents = 0;

/** What changed is numbered anew, and what stands behind it; what stands before it is not looked at. */
export class Footnotes {
  /** In the order of the document. */
  private readonly counted: Counted[] = [];
  private readonly byLabel = new Map<string, number>();
  private readonly section: HTMLElement;
  private readonly list: HTMLElement;
  private readonly rule: HTMLElement;
  private readonly prefix = `sc-${++documents}-`;
  private readonly own: { el: HTMLElement; paragraph: HTMLElement; shown: Shown[] }[] = [];
  private readonly backs: HTMLElement[] = [];
  private readonly notes: Numbered[] = [];
  /** What stands in the list. */
  private readonly placed: HTMLElement[] = [];
  /** Texts, and places of footnotes, that are not up to date. */
  private readonly stale = new Set<Run>();
  private readonly changes = new Set<number>();

  constructor(
    private readonly document: Document,
    private readonly policy: Policy,
    private readonly formulas: Formulas,
  ) {
    this.rule = document.createElement("hr");
    this.section = document.createElement("section");
    this.section.className = "sc-footnotes";
    this.section.setAttribute("aria-label", "Footnotes");
    this.list = this.section.appendChild(document.createElement("ol"));
  }

  /** Goes where a link between a footnote and its use leads; the page's address is the host's and stays. */
  follow(event: Event): void {
    const link = event.target instanceof Element ? event.target.closest("a.sc-note, a.sc-back") : null;
    const id = link?.getAttribute("href")?.slice(1);
    if (!link || !id) return;
    event.preventDefault();
    const root = event.currentTarget as HTMLElement;
    root.querySelector(`[id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "nearest" });
  }

  /** `text` refers to other footnotes than before. */
  changed(text: Run): void {
    this.stale.add(text);
  }

  /** Brings numbers and section up to date. `touched`: labels whose bodies changed; `body` gives the view of a label's. */
  update(root: HTMLElement, touched: Iterable<string>, body: (label: string) => NoteBody | null): void {
    const { notes, placed, changes, list } = this;
    if (this.stale.size > 0) this.number();
    for (const label of touched) changes.add(this.byLabel.get(label) ?? notes.length);
    if (changes.size === 0) return;
    if (notes.length === 0) {
      this.rule.remove();
      this.section.remove();
    } else if (!this.section.isConnected || this.section.nextSibling) root.append(this.rule, this.section);
    let moved = false;
    for (const [i, note] of notes.entries()) if (moved || changes.has(i)) moved = this.place(i, note, body) || moved;
    changes.clear();
    placed.length = notes.length;
    const last = placed.at(-1) ?? null;
    while (list.lastChild !== last) list.lastChild?.remove();
  }

  private number(): void {
    const { stale, counted } = this;
    const todo = new Set(stale);
    const first = [...stale].map(({ order }) => order).sort(compare)[0] as Order;
    for (let last = counted.at(-1); last && compare(last.text.order, first) >= 0; last = counted.at(-1)) {
      todo.add(last.text);
      this.takeBack(last);
      counted.pop();
    }
    stale.clear();
    for (const text of [...todo].sort((a, b) => compare(a.order, b.order))) if (text.notes[0]) this.count(text);
  }

  private count(text: Run): void {
    const numbers: Place[] = [];
    this.counted.push({ text, numbers, first: this.notes.length });
    for (const use of text.notes) numbers.push(this.add(use, numbers));
    this.label(text.shown, numbers);
  }

  private takeBack({ numbers, first }: Counted): void {
    for (const { number, before } of numbers) {
      const note = this.notes[number];
      if (note) note.uses = before;
      this.changes.add(number);
    }
    for (const { label } of this.notes.splice(first)) if (label !== null) this.byLabel.delete(label);
  }

  private label(shown: readonly Shown[], numbers: readonly Place[]): void {
    for (const { id, use, link } of noteLinks(shown)) {
      const number = numbers[id]?.number ?? 0;
      const nth = (numbers[id]?.before ?? 0) + use;
      const label = nth > 0 ? `[${number + 1}:${nth}]` : `[${number + 1}]`;
      if (link.textContent === label) continue;
      link.textContent = label;
      link.setAttribute("href", `#${this.prefix}${number + 1}`);
      link.id = `${this.prefix}ref-${number + 1}-${nth}`;
    }
  }

  private add(use: NoteUse, numbers: readonly Place[]): Place {
    const { notes, byLabel } = this;
    const label = use.label ?? null;
    const known = label === null ? undefined : byLabel.get(label);
    const number = known ?? notes.length;
    if (known === undefined) {
      notes.push({ label, use, numbers, uses: 0 });
      if (label !== null) byLabel.set(label, number);
    }
    this.changes.add(number);
    const note = notes[number];
    const before = note?.uses ?? 0;
    if (note) note.uses += use.count ?? 0;
    return { number, before };
  }

  /** Whether another element stands there than before. */
  private place(i: number, note: Numbered, body: (label: string) => NoteBody | null): boolean {
    const { list, placed } = this;
    const { el, end } = (note.label === null ? null : body(note.label)) ?? this.ownText(i, note);
    const next = placed[i - 1]?.nextSibling ?? (i > 0 ? null : list.firstChild);
    if (next !== el) list.insertBefore(el, next);
    el.id = this.prefix + (i + 1);
    const back = this.back(i, Math.max(1, note.uses));
    if (back.parentNode !== end || back.nextSibling) end.append(back);
    const moved = placed[i] !== el;
    placed[i] = el;
    return moved;
  }

  private ownText(i: number, { use, numbers }: Numbered): NoteBody {
    const { document } = this;
    const view = this.own[i] ?? {
      el: document.createElement("li"),
      paragraph: document.createElement("p"),
      shown: [],
    };
    this.own[i] = view;
    if (!view.paragraph.parentNode) view.el.append(view.paragraph);
    patch(view.paragraph, view.shown, spansOf(use.text?.children ?? [], this.policy));
    this.label(view.shown, numbers);
    this.formulas.draw(view.paragraph);
    return { el: view.el, end: use.text ? view.paragraph : view.el };
  }

  /** The links back to where the footnote is referred to. */
  private back(i: number, uses: number): HTMLElement {
    const { document } = this;
    const back = this.backs[i] ?? document.createElement("span");
    this.backs[i] = back;
    for (let use = back.children.length; use < uses; use++) {
      const link = document.createElement("a");
      link.href = `#${this.prefix}ref-${i + 1}-${use}`;
      link.className = "sc-back";
      link.textContent = "\u21a9\ufe0e";
      back.append(" ", link);
    }
    while (back.children.length > uses) {
      back.lastChild?.remove();
      back.lastChild?.remove();
    }
    return back;
  }
}

const compare = (a: Order, b: Order): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
