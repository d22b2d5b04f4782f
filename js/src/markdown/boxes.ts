/** Boxes for many children: the first stand in their parent, the others in groups that the engine lays out apart. */

/** How tall a child will be, in em. */
export type Height = (child: HTMLElement) => number;

export class Boxes {
  private readonly groups: HTMLElement[] = [];
  /** Of each group: its height but for its last child, in em. */
  private readonly heights: number[] = [];
  /** Children before this one are counted into heights. What is guessed at the end may go and come again. */
  private counted = 0;

  constructor(
    private readonly host: HTMLElement,
    /** Children of a group. */
    private readonly size: number,
    private readonly height: Height,
    private readonly role = "",
  ) {}

  /** Puts child `i` behind those before it. */
  insert(i: number, child: HTMLElement, previous: HTMLElement | undefined): void {
    const { size } = this;
    const box = i < size ? this.host : this.group(i, previous);
    const after = i % size === 0 ? null : previous;
    box.insertBefore(child, after ? after.nextSibling : box.firstChild);
    if (previous && i > size && i > this.counted) this.reckon(i, previous);
  }

  /** Drops the groups that `total` children do not need; the children are the caller's. */
  trim(total: number): void {
    const needed = Math.max(0, Math.ceil(total / this.size) - 1);
    for (const group of this.groups.splice(needed)) group.remove();
    if (this.heights.length <= needed) return;
    this.heights.length = needed;
    this.counted = total;
  }

  /**
   * Counts the child before `i`, which is complete, into the height that its group has until it is first laid out. Were
   * that far from the truth, the page would move under whoever scrolls or searches.
   */
  private reckon(i: number, child: HTMLElement): void {
    this.counted = i;
    const index = Math.floor((i - 1) / this.size) - 1;
    const height = (this.heights[index] ?? 0) + this.height(child);
    this.heights[index] = height;
    const group = this.groups[index];
    // By a class of a few, half a power of two apart: no text gives an element a style of its own
    if (group) group.className = `sc-group sc-h-${Math.min(22, Math.round(2 * Math.log2(height)))}`;
  }

  private group(i: number, previous: HTMLElement | undefined): HTMLElement {
    const index = Math.floor(i / this.size) - 1;
    const known = this.groups[index];
    if (known) return known;
    const group = this.host.ownerDocument.createElement("div");
    group.className = "sc-group";
    if (this.role) group.setAttribute("role", this.role);
    const before = this.groups[index - 1] ?? previous;
    this.host.insertBefore(group, before?.nextSibling ?? null);
    this.groups[index] = group;
    return group;
  }
}

/** Characters of a line, as notebooks are usually wide. */
const LINE = 100;

/** The height of a block or list item of text, by what it holds. */
export function textHeight(block: HTMLElement): number {
  const text = block.textContent ?? "";
  if (block.localName === "pre") return text.split("\n").length * 1.4 + 3;
  const parts = block.querySelectorAll("li, tr").length;
  return Math.max(parts, Math.ceil(text.length / LINE)) * 1.6 + (block.localName === "li" ? 0.2 : 0.7);
}
