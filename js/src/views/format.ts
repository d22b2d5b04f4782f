/** Numbers as people read them. */

/** `850 ms`, `3.2 s`, `41 s`, `2 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** For a clock that ticks once a second while something runs. */
export function ticking(ms: number): string {
  return duration(Math.max(0, Math.floor(ms / 1000)) * 1000)
    .replace(".0 s", " s")
    .replace("0 ms", "0 s");
}

/** `12,345`. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** `1 event`, `3 events`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? "" : "s"}`;
}
