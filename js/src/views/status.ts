/** Words, drawings and tones for statuses: of a response, of an item. No DOM. */
import { asObject, asText, type JsonObject } from "../json.js";
import type { Icon } from "./icons.js";
import type { Env } from "./view.js";

export type Tone = "calm" | "live" | "good" | "warn" | "bad";

export interface StatusLook {
  word: string;
  icon: Icon;
  tone: Tone;
}

const RESPONSE = new Map<string, StatusLook>([
  ["queued", { word: "Waiting", icon: "clock", tone: "live" }],
  ["in_progress", { word: "Streaming", icon: "dot", tone: "live" }],
  ["completed", { word: "Completed", icon: "check", tone: "good" }],
  ["incomplete", { word: "Incomplete", icon: "half", tone: "warn" }],
  ["failed", { word: "Failed", icon: "cross", tone: "bad" }],
  ["cancelled", { word: "Cancelled", icon: "stop", tone: "warn" }],
  ["interrupted", { word: "Interrupted", icon: "broken", tone: "warn" }],
]);

/** Statuses after which nothing more comes. */
const TERMINAL = new Set(["completed", "incomplete", "failed", "cancelled", "interrupted"]);

export function isTerminal(status: string): boolean {
  return TERMINAL.has(status);
}

export function responseLook(status: string, isRefused: boolean): StatusLook {
  if (isRefused && status === "completed") return { word: "Refused", icon: "hand", tone: "warn" };
  return RESPONSE.get(status) ?? { word: status, icon: "dot", tone: "calm" };
}

/** Why an answer that is not complete ended, in a sentence; empty for others. */
export function endingNote(status: string, response: JsonObject): string {
  if (status === "incomplete") return incompleteNote(asText(asObject(response.incomplete_details).reason));
  return ENDINGS.get(status) ?? "";
}

const ENDINGS = new Map<string, string>([
  ["cancelled", "Stopped. What had arrived by then is kept."],
  ["interrupted", "The connection ended before the answer was complete. What had arrived by then is kept."],
]);

const REASONS = new Map<string, string>([
  ["max_output_tokens", "The answer ends here because it reached the limit on output tokens (max_output_tokens)."],
  ["content_filter", "The service's content filter ended the answer here."],
  ["max_messages", "The answer ends here because it reached the limit on messages (max_messages)."],
  ["steered", "The answer was cut short by a new instruction."],
]);

function incompleteNote(reason: string): string {
  return REASONS.get(reason) ?? `The answer is not complete${reason ? `; the service's reason: ${reason}` : ""}.`;
}

const ITEM = new Map<string, [string, Tone]>([
  ["in_progress", ["running", "live"]],
  ["searching", ["searching", "live"]],
  ["interpreting", ["running", "live"]],
  ["generating", ["drawing", "live"]],
  ["calling", ["calling", "live"]],
  ["completed", ["done", "good"]],
  ["incomplete", ["incomplete", "warn"]],
  ["failed", ["failed", "bad"]],
  ["cancelled", ["cancelled", "warn"]],
]);

/** An item's status as a word and a tone. What was still under way when the response ended is unfinished. */
export function itemLook(item: JsonObject, env: Env): [word: string, tone: Tone] {
  if (item.error) return ["failed", "bad"];
  const status = asText(item.status);
  const look = ITEM.get(status) ?? [status, "calm"];
  if (env.running || (look[1] !== "live" && status !== "")) return look;
  return status === "" && env.status === "completed" ? ["", "calm"] : ["unfinished", "warn"];
}

/** True while the item may still grow. */
export function isItemOpen(item: JsonObject, env: Env): boolean {
  const tone = ITEM.get(asText(item.status))?.[1] ?? "live";
  return env.running && tone === "live";
}
