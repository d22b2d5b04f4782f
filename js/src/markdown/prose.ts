/** One piece of inline text in one element: a paragraph, a heading, a table cell. */

import type { Highlighter } from "./code.js";
import type { InlineParser } from "./dialect.js";
import type { Footnotes } from "./footnotes.js";
import type { Formulas } from "./formulas.js";
import type { NameTable } from "./names.js";
import type { NoteUse } from "./notes.js";
import { make, patch, type Shown, split } from "./patch.js";
import { type Policy, type Span, spansOf, text } from "./spans.js";

/** What all views of one document share. */
export interface Page {
  readonly document: Document;
  readonly parse: InlineParser;
  readonly policy: Policy;
  /** Show what is unfinished as it will most likely be. */
  readonly repair: boolean;
  /** Loads the colours for code. */
  readonly highlighter: (() => Promise<Highlighter>) | null;
  readonly formulas: Formulas;
  readonly names: NameTable<Run>;
  readonly footnotes: Footnotes;
}

/** Where a run stands in the document: its line, in a table its column, and its start in the text. */
export type Order = readonly [line: number, column: number, start: number];

// Nothing in here can be markup or the start of an address
const PLAIN = /^[A-Za-z0-9 ,;'"()?]*$/;
const NO_NOTES: readonly NoteUse[] = [];
/** Characters from which on the end of a text is parsed alone, if it can be. */
const LONG = 800;
/** Characters of a paragraph from which on new text is shown in nodes of its own. */
const LONG_PARAGRAPH = 4096;
/** Characters from which on a run that cannot be cut is parsed again only after it has grown by a part of them. */
const HUGE = 4096;
/** Characters that are parsed at once. */
const STEP = 8192;
/** Characters at the end that always stay together. */
const TAIL = 300;

/** A stretch of text that is parsed on its own: nothing in it depends on what stands before or behind it. */
export class Run {
  notes = NO_NOTES;
  private gone = false;
  /** What was parsed last. */
  private drawn = "";
  /** That, and what came behind it, shown as it stands. */
  private seen = "";
  /** By how many characters that has to grow to be parsed again. */
  private patience = 0;

  constructor(
    private readonly view: TextView,
    readonly order: Order,
    public content: string,
    public shown: Shown[],
    readonly task: boolean,
    /** More may come: what is unfinished at the end is repaired. */
    public open: boolean,
  ) {}

  draw({ spans, notes } = this.parse()): void {
    if (this.gone) return;
    const { page, host } = this.view;
    const isLong = this.order[2] + this.drawn.length > LONG_PARAGRAPH;
    this.seen = this.drawn = this.content;
    this.patience = patience(this.content);
    patch(host, this.shown, spans, { after: this.view.before(this), apart: isLong });
    const had = this.notes[0];
    this.notes = notes;
    if (!this.view.isOpen) page.formulas.draw(host);
    if (had || notes[0]) page.footnotes.changed(this);
  }

  /**
   * Shows what was added as plain text where parsing all of it again is not worth it yet. Only for text that goes on:
   * without it, one huge paragraph that cannot be cut, such as a line of JSON, would cost its length at every push.
   */
  postpone(): boolean {
    const { content, drawn, seen, shown } = this;
    if (this.gone || content.length - drawn.length > this.patience || !content.startsWith(seen)) return false;
    // In nodes of its own: in a text of thousands of elements, one more character in a node took 60 ms
    const more = make(text(content.slice(seen.length)), this.view.host.ownerDocument);
    this.view.host.insertBefore(more.node, shown.at(-1)?.node.nextSibling ?? null);
    shown.push(more);
    this.seen = content;
    return true;
  }

  parse(): { spans: Span[]; notes: readonly NoteUse[] } {
    const { content } = this;
    const { page } = this.view;
    if (PLAIN.test(content)) {
      page.names.forget(this);
      return { spans: content ? [text(content)] : [], notes: NO_NOTES };
    }
    const { tokens, notes } = page.names.ask(this, (names) => page.parse(content, names, this));
    return { spans: spansOf(tokens, page.policy, this.open), notes };
  }

  /** It has left the document: no name and no number concerns it any more. */
  forget(): void {
    const { page } = this.view;
    this.gone = true;
    page.names.forget(this);
    if (this.notes[0]) page.footnotes.changed(this);
    this.notes = NO_NOTES;
  }
}

export class TextView {
  /** All but the last are settled. */
  private runs: Run[] = [];
  private content = "";
  private task = false;
  /** More may come behind it. */
  isOpen = false;
  private tryAt = LONG;

  constructor(
    readonly page: Page,
    /** Its element, or that of the paragraph it has become. */
    public host: HTMLElement,
    readonly line: number,
    private readonly column: number,
  ) {}

  /** Shows `content`. `open`: more may come behind it. */
  show(content: string, task: boolean, open: boolean): void {
    if (content === this.content && task === this.task && open === this.isOpen) return;
    // Much at once is taken in steps, as long as each can be cut off from the next
    for (let end = this.content.length + STEP; end < content.length; end += STEP) {
      this.extend(content.slice(0, end), task, true);
      if ((this.last?.content.length ?? 0) > STEP) break;
    }
    this.extend(content, task, open);
  }

  private extend(content: string, task: boolean, open: boolean): void {
    const settled = this.last?.order[2] ?? 0;
    if (task !== this.task || content.slice(0, settled) !== this.content.slice(0, settled)) this.clear();
    this.content = content;
    this.task = task;
    this.isOpen = open;
    const run = this.last ?? this.add(0, []);
    run.content = content.slice(run.order[2]);
    run.open = open && this.page.repair;
    if (open && run.postpone()) return;
    run.draw();
    if (run.content.length > this.tryAt) this.settle(run);
  }

  /** No more comes: nothing is repaired any longer. */
  close(): void {
    this.show(this.content, this.task, false);
  }

  /** The node behind which a run's nodes stand. */
  before(run: Run): Node | null {
    const before = this.runs[this.runs.indexOf(run) - 1];
    return before?.shown.at(-1)?.node ?? null;
  }

  forget(): void {
    for (const run of this.runs) run.forget();
  }

  private get last(): Run | undefined {
    return this.runs.at(-1);
  }

  private add(start: number, shown: Shown[]): Run {
    const task = this.task && start === 0;
    const run = new Run(
      this,
      [this.line, this.column, start],
      this.content.slice(start),
      shown,
      task,
      this.isOpen && this.page.repair,
    );
    this.runs.push(run);
    return run;
  }

  private clear(): void {
    this.forget();
    for (const { node } of this.runs.flatMap((run) => run.shown)) this.host.removeChild(node);
    this.runs = [];
    this.tryAt = LONG;
  }

  /** Cuts the run behind a word, where the parser is in no middle of anything: only the rest is parsed again. */
  private settle(run: Run): void {
    const { content, order, shown, task } = run;
    // Should it not come off, trying again has to wait until that pays
    this.tryAt = content.length * 2;
    const at = wordEnd(content);
    if (at === 0) return;
    const head = new Run(this, order, content.slice(0, at), [], task, false);
    const parsed = head.parse();
    const inner = isClosed(parsed.spans, head.content) ? split(shown, parsed.spans) : null;
    if (!inner) return head.forget();
    run.forget();
    head.shown = inner.head;
    this.runs[this.runs.length - 1] = head;
    head.draw(parsed);
    this.add(order[2] + at, inner.tail).draw();
    this.tryAt = LONG;
  }
}

/** How much has to come behind a long text until parsing it again is worth it: more where it is full of signs. */
function patience(content: string): number {
  const { length } = content;
  if (length < HUGE) return 0;
  return length / (content.replace(SIGNS, "").length * 8 < length * 7 ? 4 : 16);
}

const SIGNS = /[^\p{L}\p{N}\s]/gu;

/** Where the last word or line but those at the very end is over; 0 where there is none. */
const wordEnd = (content: string): number => content.slice(0, -TAIL).search(/[ \n][^ \n]+[ \n]*$/) + 1;

// A delimiter, code, tag or link's target that might still find its other half; blanks around or letters at both sides
// make it harmless
const OPEN = /(?<! )\*|\*(?! )|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|~~|`|<|\\|\^|\]\(/;

// An address in emphasis, which markdown-it finds only where there is a plain one, maybe behind the cut
const HELD = /_(?:www|mailto|\/\/)/i;

// A dollar that may begin a formula, the last one. Such as have found their end are written behind a letter, see `texts`
const DOLLAR = /\$\$|(?<![A-Za-z0-9])\$(?! )[^$]*$/;

/** Whether no text that `spans` show could be one half of something. Code has its end. */
function isClosed(spans: readonly Span[], source: string): boolean {
  const shown = texts(spans);
  const joined = shown.join("");
  if (DOLLAR.test(joined) || HELD.test(source)) return false;
  for (const [opener, closer] of FORMULAS) if (source.lastIndexOf(opener) > source.lastIndexOf(closer)) return false;
  const brackets = joined.match(/[[\]]/g) ?? [];
  // A bracket that was escaped is none, and looks the same here
  if (brackets.length > 0 && /\\[[\]]|&/.test(source)) return false;
  let depth = 0;
  for (const bracket of brackets) depth = Math.max(0, depth + (bracket === "[" ? 1 : -1));
  return depth === 0 && !shown.some((part) => OPEN.test(part)) && spans.at(-1)?.tag === "";
}

const FORMULAS = [
  ["\\(", "\\)"],
  ["\\[", "\\]"],
] as const;

function texts(spans: readonly Span[]): string[] {
  return spans.flatMap(({ tag, text, attributes, spans }) => {
    if (tag === "") return text;
    if (attributes.class?.startsWith("sc-maths")) return "x$ ";
    return tag === "code" ? [] : texts(spans);
  });
}
