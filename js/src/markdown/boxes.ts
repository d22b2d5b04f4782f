/** Boxes for many children: the first stand in their parent, the others in groups that the engine lays out apart. */

export class Boxes {
  private readonly groups: HTMLElement[] = [];

  constructor(
    private readonly host: HTMLElement,
    /** Children of a group. */
    private readonly size: number,
    private readonly role = "",
  ) {}

  /** Puts child `i` behind those before it. */
  insert(i: number, child: HTMLElement, previous: HTMLElement | undefined): void {
    const box = i < this.size ? this.host : this.group(i, previous);
    const after = i % this.size === 0 ? null : previous;
    box.insertBefore(child, after ? after.nextSibling : box.firstChild);
  }

  /** Drops the groups that `total` children do not need; the children are the caller's. */
  trim(total: number): void {
    for (const group of this.groups.splice(Math.max(0, Math.ceil(total / this.size) - 1))) group.remove();
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
