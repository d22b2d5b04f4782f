/**
 * What the page can learn of the kernel beside the comm. All of it is optional: every host has less than JupyterLab.
 *
 * anywidget hands out the host's widget manager and says that it will shrink, so each step is looked for first.
 */

/** anywidget's model, as far as we use it. */
export interface Model {
  on(event: string, callback: (...args: never[]) => void): void;
  off(event: string, callback: (...args: never[]) => void): void;
  send(content: unknown): void;
  widget_manager?: unknown;
}

/** JupyterLab's connection to a kernel, as far as we use it. */
interface Kernel {
  interrupt?(): Promise<void> | undefined;
  sendControlMessage?(message: unknown): unknown;
  statusChanged?: Signal;
  clientId?: string;
}

interface Signal {
  connect(slot: (sender: unknown, status: string) => void): unknown;
  disconnect(slot: (sender: unknown, status: string) => void): unknown;
}

/** Kernel states after which the comm of a running widget leads nowhere. */
const GONE = new Set(["restarting", "autorestarting", "terminating", "dead"]);

/** Calls `gone` when the kernel restarts or dies, where the host tells; until `signal` aborts. */
export function watchKernel(model: Model, gone: () => void, signal: AbortSignal): void {
  // The kernel took the widget away.
  const onComm = () => gone();
  model.on("comm:close", onComm);
  signal.addEventListener("abort", () => model.off("comm:close", onComm));

  const changed = kernelOf(model)?.statusChanged;
  if (!changed?.disconnect) return;
  const onStatus = (_sender: unknown, status: string) => {
    if (GONE.has(status)) gone();
  };
  changed.connect(onStatus);
  signal.addEventListener("abort", () => changed.disconnect(onStatus));
}

/** Interrupts the kernel, where the host lets us and can reach it: whatever runs there stops. */
export function interruptKernel(model: Model): void {
  kernelOf(model)
    ?.interrupt?.()
    ?.catch(() => {}); // offline: the host says so
}

/** Says it on the kernel's control channel, which is heard while a cell runs; false where the host does not let us. */
export function sendControl(model: Model, content: unknown): boolean {
  const kernel = kernelOf(model);
  if (!kernel?.sendControlMessage) return false;
  const header = {
    msg_id: `streamcell-${Math.random()}`,
    msg_type: "streamcell",
    session: kernel.clientId,
    username: "",
    version: "5.3",
  };
  kernel.sendControlMessage({ channel: "control", header, parent_header: {}, metadata: {}, content });
  return true;
}

function kernelOf(model: Model): Kernel | null | undefined {
  return (model.widget_manager as { kernel?: Kernel | null } | undefined)?.kernel;
}
