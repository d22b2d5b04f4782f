/** Tool items that need no view of their own: what each is called, and which of its fields are shown how. */
import { asObject, asText, type JsonObject } from "../json.js";
import type { Path } from "../wire.gen.js";
import {
  asError,
  asFiles,
  asJson,
  asLogs,
  asNames,
  asOutput,
  asQueries,
  asSearch,
  asShellOutput,
  type Block,
  grows,
  growsEach,
  whole,
} from "./blocks.js";
import { Card } from "./card.js";
import { following } from "./follow.js";
import type { Icon } from "./icons.js";
import { isItemOpen } from "./status.js";
import type { Env, View, ViewFactory } from "./view.js";

interface CardSpec {
  icon: Icon;
  kind: string;
  blocks: Block[];
  /** What stands beside the kind; the item's `name` if there is no such function. */
  name?: (item: JsonObject) => string;
}

const failure = whole(["error"], asError);
const result = whole(["output"], asOutput);
const callId = (item: JsonObject) => asText(item.call_id);
const server = (item: JsonObject) => [item.server_label, item.name].map(asText).filter(Boolean).join(" · ");

const CARDS: Record<string, CardSpec> = {
  function_call_output: { icon: "wrench", kind: "Tool result", name: callId, blocks: [result] },
  custom_tool_call: { icon: "wrench", kind: "Tool call", blocks: [grows("text", ["input"])] },
  custom_tool_call_output: { icon: "wrench", kind: "Tool result", name: callId, blocks: [result] },
  web_search_call: { icon: "search", kind: "Web search", blocks: [whole(["action"], asSearch)] },
  file_search_call: {
    icon: "file",
    kind: "File search",
    blocks: [whole(["queries"], asQueries), whole(["results"], asFiles)],
  },
  code_interpreter_call: {
    icon: "code",
    kind: "Code interpreter",
    blocks: [grows("text", ["code"]), whole(["outputs"], asLogs)],
  },
  mcp_call: {
    icon: "wrench",
    kind: "MCP call",
    name: server,
    blocks: [grows("json", ["arguments"]), grows("text", ["output"], "Output"), failure],
  },
  mcp_list_tools: { icon: "wrench", kind: "MCP tools", name: server, blocks: [whole(["tools"], asNames), failure] },
  mcp_approval_request: {
    icon: "question",
    kind: "Approval asked",
    name: server,
    blocks: [grows("json", ["arguments"])],
  },
  shell_call: { icon: "terminal", kind: "Shell", blocks: [growsEach(["action", "commands"])] },
  shell_call_output: { icon: "terminal", kind: "Shell output", blocks: [whole(["output"], asShellOutput)] },
  local_shell_call: { icon: "terminal", kind: "Shell", blocks: [whole(["action", "command"], asJson)] },
  local_shell_call_output: { icon: "terminal", kind: "Shell output", blocks: [result] },
  apply_patch_call: {
    icon: "file",
    kind: "Patch",
    name: (item) => {
      const { type, path } = asObject(item.operation);
      return `${asText(type).replace("_file", "")} ${asText(path)}`.trim();
    },
    blocks: [grows("diff", ["operation", "diff"])],
  },
  apply_patch_call_output: { icon: "file", kind: "Patch result", name: callId, blocks: [result] },
  computer_call: { icon: "terminal", kind: "Computer", blocks: [whole(["action"], asJson)] },
  tool_search_call: { icon: "search", kind: "Tool search", blocks: [grows("json", ["arguments"])] },
  program: { icon: "code", kind: "Program", blocks: [grows("text", ["code"])] },
  compaction: { icon: "box", kind: "Earlier conversation compacted", blocks: [] },
};

class SpecView implements View {
  #spec: CardSpec;
  #card: Card;
  readonly el: HTMLElement;
  #painters: ReturnType<Block>[];

  constructor(spec: CardSpec) {
    this.#spec = spec;
    this.#card = new Card(spec.icon, spec.kind);
    this.el = this.#card.el;
    this.#painters = spec.blocks.map((block) => block(this.#card.body));
  }

  update(item: JsonObject, path: Path, env: Env): void {
    this.#card.name(this.#spec.name?.(item) ?? asText(item.name));
    this.#card.hint(asText(item.call_id) || asText(item.id));
    this.#card.status(item, env);
    following(this.#card.body, isItemOpen(item, env), () => {
      for (const paint of this.#painters) paint(item, path, env);
    });
  }
}

/** A view for the item type, where the table has a row for it. */
export function cardFor(type: string): ViewFactory | undefined {
  const spec = Object.hasOwn(CARDS, type) ? CARDS[type] : undefined;
  return spec && (() => new SpecView(spec));
}
