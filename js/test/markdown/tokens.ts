/** The machine's tree and markdown-it's tokens in one common form, to compare block structure without a DOM. */
import type { Token } from "markdown-it";
import { trim } from "../../src/markdown/line.js";
import type { Machine } from "../../src/markdown/machine.js";
import { type Block, type Branch, isBranch } from "../../src/markdown/nodes.js";

export function ofMachine(machine: Machine): string[] {
  const { stack, leaf } = machine.state;
  const open = new Map<Branch, Block | null>();
  for (const [i, entry] of stack.entries()) {
    open.set(entry.node, stack[i + 1]?.node ?? (leaf && leaf.kind !== "definition" ? leaf.node : null));
  }
  const out: string[] = [];
  const children = (node: Branch): Block[] => [...node.children, ...[open.get(node) ?? []].flat()];
  const walk = (node: Block, tight: boolean): void => {
    if (isBranch(node)) {
      if (node.kind === "note") return;
      const start = node.ordered && node.start !== 1 ? ` ${node.start}` : "";
      if (node.kind !== "root") out.push(`<${node.kind}${node.ordered ? " o" : ""}${start}>`);
      for (const child of children(node))
        walk(child, node.kind === "list" ? node.tight : node.kind === "item" && tight);
      if (node.kind !== "root") out.push(`</${node.kind}>`);
    } else if (node.kind === "table") {
      out.push("<table>");
      for (const [i, cell] of node.header.entries()) out.push(`th ${node.aligns[i]} ${cell}`);
      for (const row of node.rows) out.push("tr", ...row.map((cell, i) => `td ${node.aligns[i]} ${cell}`));
      out.push("</table>");
    } else if (node.kind === "rule") out.push("hr");
    else if (node.kind === "code") {
      out.push(`${node.fenced ? `fence ${node.info}` : "code"}|${node.lines.join("\n").replace(/\n*$/, "")}`);
    } else out.push(`${node.kind}${node.level || (tight ? "-" : "")} ${trim(node.lines.join("\n"))}`);
  };
  walk(machine.root, false);
  for (const note of machine.state.notes) {
    out.push(`note ${note.label}`);
    for (const child of children(note)) if (child.kind !== "note") walk(child, false);
  }
  return out;
}

const NAMES: Record<string, string> = {
  blockquote: "quote",
  bullet_list: "list",
  ordered_list: "list o",
  list_item: "item",
};

/** `tokens` are of a parser whose footnotes stay where they are defined. */
export function ofTokens(tokens: Token[]): string[] {
  const main: string[] = [];
  const notes: string[][] = [];
  const around: string[][] = [];
  let out = main;
  let head = false;
  for (const [i, token] of tokens.entries()) {
    const [, name = "", edge = ""] = /^(.*?)(?:_(open|close))?$/.exec(token.type) ?? [];
    const align = /:(\w+)$/.exec(String(token.attrGet("style") ?? ""))?.[1] ?? "";
    if (token.type === "footnote_reference_open") {
      around.push(out);
      out = [`note ${(token.meta as { label: string }).label}`];
      notes.push(out);
    } else if (token.type === "footnote_reference_close") out = around.pop() ?? main;
    else if (name in NAMES) {
      const start = token.attrGet("start") === null ? "" : ` ${token.attrGet("start")}`;
      out.push(edge === "open" ? `<${NAMES[name]}${start}>` : `</${(NAMES[name] ?? "").split(" ")[0]}>`);
    } else if (name === "table") out.push(edge === "open" ? "<table>" : "</table>");
    else if (name === "thead") head = edge === "open";
    else if (token.type === "tr_open" && !head) out.push("tr");
    else if (edge === "open" && /^t[hd]$/.test(name)) out.push(`${name} ${align} ${tokens[i + 1]?.content}`);
    else if (name === "hr") out.push("hr");
    else if (name === "fence") out.push(`fence ${token.info}|${token.content.replace(/\n*$/, "")}`);
    else if (name === "code_block") out.push(`code|${token.content.replace(/\n*$/, "")}`);
    else if (token.type === "heading_open") out.push(`heading${token.tag.slice(1)} ${tokens[i + 1]?.content}`);
    else if (token.type === "paragraph_open") out.push(`paragraph${token.hidden ? "-" : ""} ${tokens[i + 1]?.content}`);
  }
  return [...main, ...notes.flat()];
}
