/** A table that grows by rows; when it has become long, its rows stand in boxes of their own. */
import { Boxes } from "./boxes.js";
import { direct } from "./direction.js";
import type { Block, Table } from "./nodes.js";
import { type Page, TextView } from "./prose.js";
import type { Role, View } from "./view.js";

/** Rows of a box, boxes of a group, rows from which on a table is long, columns that fit into a narrow page. */
const ROWS = 32;
const ROW_BOXES = 8;
const LONG = 48;
const FEW = 4;

export class TableView implements View {
  readonly el: HTMLElement;
  private readonly head: HTMLElement;
  private readonly body: HTMLElement;
  private readonly boxes: Boxes;
  private readonly rows: { el: HTMLElement; cells: TextView[]; from: readonly string[] }[] = [];
  private readonly groups: HTMLElement[] = [];
  /** The row at the edge, the header counting, or -1. */
  private edge = -1;
  private long = false;
  private node: Table;

  constructor(
    private readonly page: Page,
    block: Table,
  ) {
    this.node = block;
    this.el = this.make("table", "table");
    this.head = this.el.appendChild(this.make("thead", "rowgroup"));
    this.body = this.make("tbody", "rowgroup");
    this.boxes = new Boxes(this.body, ROW_BOXES, () => ROWS * 2.15, "presentation");
  }

  accepts(block: Block): boolean {
    const { aligns, line } = this.node;
    return block.kind === "table" && block.line === line && block.aligns.join() === aligns.join();
  }

  update(block: Block, role: Role): void {
    if (block.kind !== "table") return;
    this.node = block;
    const { rows } = this;
    const edge = role.edge ? block.rows.length : -1;
    const edgeBefore = this.edge === edge ? -1 : this.edge;
    this.edge = edge;
    this.write(0, block.header);
    const total = block.rows.length + 1;
    let from = Math.min(rows.length, total);
    while (from > 1 && rows[from - 1]?.from !== block.rows[from - 2]) from--;
    for (let i = Math.max(1, from); i < total; i++) this.write(i, block.rows[i - 1] ?? []);
    for (const cell of rows[edgeBefore]?.cells ?? []) cell.close();
    for (const { el, cells } of rows.splice(total)) {
      el.remove();
      for (const cell of cells) cell.forget();
    }
    for (const group of this.groups.splice(Math.ceil((total - 1) / ROWS))) group.remove();
    this.boxes.trim(this.groups.length);
    if (total === 1) this.body.remove();
    else if (!this.body.parentNode) this.el.append(this.body);
    if (total > LONG && !this.long) this.lengthen();
    direct(this.el);
  }

  /** An element with its role spelt out: where `display` is another, browsers forget it. */
  private make(tag: string, role: string): HTMLElement {
    const el = this.page.document.createElement(tag);
    el.setAttribute("role", role);
    return el;
  }

  /** Each group of rows a table of its own; where the columns are many, it scrolls. */
  private lengthen(): void {
    this.long = true;
    this.el.classList.add("sc-long");
    if (this.node.aligns.length > FEW) this.el.classList.add("sc-wide");
  }

  private write(i: number, texts: readonly string[]): void {
    const row = this.rows[i] ?? this.row(i, texts.length);
    if (row.from === texts) return;
    const last = i === this.edge ? texts.findLastIndex((text) => text !== "") : -1;
    for (const [column, cell] of row.cells.entries()) cell.show(texts[column] ?? "", false, column === last);
    row.from = texts;
  }

  private row(i: number, width: number): { el: HTMLElement; cells: TextView[]; from: readonly string[] } {
    const el = this.make("tr", "row");
    const cells: TextView[] = [];
    for (let column = 0; column < width; column++) {
      const cell = i === 0 ? this.make("th", "columnheader") : this.make("td", "cell");
      const align = this.node.aligns[column];
      if (align) cell.style.textAlign = align;
      el.append(cell);
      cells.push(new TextView(this.page, cell, this.node.line + (i && i + 1), column));
    }
    (i === 0 ? this.head : this.group(Math.floor((i - 1) / ROWS))).append(el);
    this.rows[i] = { el, cells, from: [] };
    return this.rows[i];
  }

  private group(index: number): HTMLElement {
    const known = this.groups[index];
    if (known) return known;
    const group = this.make("div", "presentation");
    group.className = "sc-rows";
    this.boxes.insert(index, group, this.groups[index - 1]);
    this.groups[index] = group;
    return group;
  }

  forget(): void {
    for (const { cells } of this.rows) for (const cell of cells) cell.forget();
  }
}
