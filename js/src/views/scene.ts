/** What one painting shows: the response and the link as they stand, and what follows from them. No DOM. */
import { asList, asNumber, asObject, asText, type Json, type JsonObject } from "../json.js";
import type { Tails } from "../store.js";
import { isTerminal, responseLook, type StatusLook } from "./status.js";

/** What the model hands to its views. */
export interface Picture {
  response: JsonObject;
  tails: Tails;
  /** False when the kernel is gone, or could not be spoken to. */
  connected: boolean;
  /** Cancel was sent. */
  stopping: boolean;
  /** Unix time in milliseconds. */
  now: number;
  /** Milliseconds since the request was sent. */
  elapsed: number | null;
  spent(index: number): number | null;
}

export interface Scene extends Picture {
  status: string;
  look: StatusLook;
  annex: JsonObject;
  output: Json[];
  /** More may come. */
  running: boolean;
  /** The kernel went away before the answer was complete. */
  isLost: boolean;
}

export function sceneOf(picture: Picture): Scene {
  const { response, connected } = picture;
  const own = asText(response.status) || "queued";
  const isLost = !connected && !isTerminal(own);
  const status = isLost ? "interrupted" : own;
  const output = asList(response.output);
  return {
    ...picture,
    status,
    output,
    isLost,
    look: responseLook(status, isRefused(output)),
    annex: asObject(response.streamcell),
    running: !isTerminal(status),
  };
}

/** The answer as the model wrote it. */
export function answerOf(output: readonly Json[]): string {
  return partsOf(output)
    .map((part) => asText(part.text))
    .filter(Boolean)
    .join("\n\n");
}

/** Nothing but refusals. */
function isRefused(output: readonly Json[]): boolean {
  const parts = partsOf(output);
  return parts.some((part) => asText(part.refusal) !== "") && !parts.some((part) => asText(part.text) !== "");
}

function partsOf(output: readonly Json[]): JsonObject[] {
  const messages = output.map(asObject).filter((item) => item.type === "message");
  return messages.flatMap((item) => asList(item.content).map(asObject));
}

export interface Usage {
  input: number | null;
  cached: number;
  output: number | null;
  reasoning: number;
  total: number | null;
  firstTextMs: number | null;
  /** Output tokens a second. */
  rate: number | null;
}

/** Tokens and speed; null where the server told none. */
export function usageOf({ response, annex }: Scene): Usage | null {
  const usage = asObject(response.usage);
  const firstTextMs = asNumber(annex.first_text_ms);
  if (!response.usage && firstTextMs === null) return null;
  const output = asNumber(usage.output_tokens);
  const reasoning = asNumber(asObject(usage.output_tokens_details).reasoning_tokens) ?? 0;
  return {
    input: asNumber(usage.input_tokens),
    cached: asNumber(asObject(usage.input_tokens_details).cached_tokens) ?? 0,
    output,
    reasoning,
    total: asNumber(usage.total_tokens),
    firstTextMs,
    rate: rateOf(output, asNumber(annex.elapsed_ms), reasoning > 0 ? 0 : firstTextMs),
  };
}

/** Reasoning tokens are made before the first text is seen, so with them the clock starts at the request. */
function rateOf(tokens: number | null, elapsed: number | null, from: number | null): number | null {
  if (tokens === null || elapsed === null || from === null || elapsed - from < 50) return null;
  return (tokens * 1000) / (elapsed - from);
}
