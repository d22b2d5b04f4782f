/** A failure: what went wrong, what to do next, and what to quote to the service's support. */
import { asNumber, asObject, asText, type Json, type JsonObject } from "../json.js";
import { button, el, said, ui } from "./dom.js";
import { icon } from "./icons.js";

/** Headings for the kinds of `streamcell.errors`. */
const KINDS = new Map<string, string>([
  ["usage", "This call cannot be carried out"],
  ["connect", "Could not connect"],
  ["dns", "Host not found"],
  ["tls", "No secure connection"],
  ["auth", "Not authorised"],
  ["not_found", "Not found"],
  ["bad_request", "The service refused the request"],
  ["rate_limit", "Rate limit reached"],
  ["quota", "Quota used up"],
  ["server", "The service failed"],
  ["timeout", "No answer in time"],
  ["stalled", "The stream stalled"],
  ["disconnected", "Connection lost"],
  ["protocol", "The answer could not be read"],
  ["too_large", "The answer is too large"],
  ["api_error", "The service reported an error"],
  ["redirect", "The service redirected the request"],
]);

/** The failure to show: ours says more; the API's own is the same failure in its words. */
export function failureOf(response: JsonObject): JsonObject | null {
  const ours = asObject(asObject(response.streamcell).error);
  const theirs = asObject(response.error);
  if (asText(ours.kind) === "cancelled") return null;
  if (asText(ours.message) !== "") return ours;
  return response.error ? { kind: "api_error", ...theirs } : null;
}

export class ErrorView {
  // The alert must be in the page before its text is, or it is not read out.
  readonly el = el("div", "sc-error");
  #shown = "";
  #again: HTMLElement;

  constructor(retry: () => void) {
    this.el.setAttribute("role", "alert");
    this.#again = ui(button("sc-button sc-retry", "Try again", retry));
  }

  update(failure: JsonObject | null, canRetry: boolean): void {
    const text = failure ? JSON.stringify(failure) : "";
    if (text !== this.#shown) {
      this.#shown = text;
      this.el.replaceChildren(...(failure ? [card(failure)] : []));
    }
    // Beside the card and not in it, so that the alert is not read out again.
    if (failure && canRetry) {
      if (!this.#again.isConnected) this.el.append(this.#again);
    } else this.#again.remove();
  }
}

function card(failure: JsonObject): HTMLElement {
  const kind = asText(failure.kind);
  const body = el(
    "div",
    "",
    said("strong", "sc-error-kind", KINDS.get(kind) ?? "Failed"),
    said("div", "sc-plain", asText(failure.message)),
    said("div", "sc-plain sc-error-hint", asText(failure.hint)),
    details(failure),
  );
  return el("div", "sc-notice sc-tone-bad", icon("cross"), body);
}

function details(failure: JsonObject): HTMLElement {
  const status = asNumber(failure.status);
  const rows: [string, Json | undefined][] = [
    ["HTTP", status === null ? "" : String(status)],
    ["code", failure.code],
    ["request id", failure.request_id],
  ];
  const shown = rows.filter(([, value]) => asText(value) !== "");
  return el(
    "dl",
    "sc-facts",
    ...shown.map(([name, value]) => el("div", "", el("dt", "", name), said("dd", "", asText(value)))),
  );
}
