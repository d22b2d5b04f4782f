/** One piece of inline text in one element: a paragraph, a heading, a table cell. */
import type { Inline, InlineParser, NoteUse } from "./dialect.js";
import type { Footnotes } from "./footnotes.js";
import type { NameTable } from "./names.js";
import { patch, type Shown } from "./patch.js";
import { type Policy, spansOf, text } from "./spans.js";

/** What all views of one document share. */
export interface Page {
  readonly document: Document;
  readonly parse: InlineParser;
  readonly policy: Policy;
  readonly names: NameTable<TextView>;
  readonly footnotes: Footnotes;
}

// Nothing in here can be markup or the start of an address
const PLAIN = /^[A-Za-z0-9 ,;'"()?]*$/;
const NO_NOTES: readonly NoteUse[] = [];

export class TextView {
  content = "";
  shown: Shown[] = [];
  notes = NO_NOTES;
  private task = false;
  private gone = false;

  constructor(
    private readonly page: Page,
    /** Its element, or that of the paragraph it has become. */
    public host: HTMLElement,
    /** Where it stands in the document: its line, and for a cell its column. */
    readonly order: readonly [number, number],
  ) {}

  show(content: string, task: boolean): void {
    if (content === this.content && task === this.task) return;
    this.content = content;
    this.task = task;
    this.draw();
  }

  draw(): void {
    const { page, content, task } = this;
    if (this.gone) return;
    if (PLAIN.test(content)) {
      page.names.forget(this);
      this.put({ tokens: [], notes: NO_NOTES }, content);
    } else
      this.put(
        page.names.ask(this, (names) => page.parse(content, names, task)),
        "",
      );
  }

  private put({ tokens, notes }: Inline, plain: string): void {
    const spans = plain ? [text(plain)] : spansOf(tokens, this.page.policy);
    patch(this.host, this.shown, spans);
    const had = this.notes.length > 0;
    this.notes = notes;
    if (had || notes.length > 0) this.page.footnotes.changed(this);
  }

  /** It has left the document: no name and no number concerns it any more. */
  forget(): void {
    this.gone = true;
    this.page.names.forget(this);
    this.notes = NO_NOTES;
    this.page.footnotes.changed(this);
  }
}
