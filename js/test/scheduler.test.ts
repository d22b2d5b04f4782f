import { describe, expect, it, vi } from "vitest";
import { BUDGET_MS, FALLBACK_MS, PAUSE_MS, Scheduler } from "../src/scheduler.js";
import { FakeClock } from "./fakes.js";

function setUp() {
  const clock = new FakeClock();
  return { clock, scheduler: new Scheduler(clock) };
}

describe("scheduler", () => {
  it("paints a task once a frame, however often it is asked for", () => {
    const { clock, scheduler } = setUp();
    const paint = vi.fn();
    for (let i = 0; i < 5; i++) scheduler.schedule(paint);
    expect(paint).not.toHaveBeenCalled();
    clock.frame();
    clock.frame();
    clock.pass(10 * FALLBACK_MS);
    expect(paint).toHaveBeenCalledTimes(1);
    expect(clock.waiting).toBe(0);
  });

  it("paints at once after a pause, and what follows at the frame", () => {
    const { clock, scheduler } = setUp();
    const soon: (() => void)[] = [];
    clock.soon = (run) => void soon.push(run);
    const paint = vi.fn();
    for (let message = 0; message < 10; message++) {
      scheduler.schedule(paint);
      for (const run of soon.splice(0)) run();
    }
    expect(paint).toHaveBeenCalledTimes(1);
    clock.frame();
    expect(paint).toHaveBeenCalledTimes(2);
    clock.pass(PAUSE_MS);
    scheduler.schedule(paint);
    for (const run of soon.splice(0)) run();
    expect(paint).toHaveBeenCalledTimes(3);
    expect(clock.waiting).toBe(0);
  });

  it("paints all tasks in one frame", () => {
    const { clock, scheduler } = setUp();
    const order: string[] = [];
    scheduler.schedule(() => order.push("a"));
    scheduler.schedule(() => order.push("b"));
    clock.frame();
    expect(order).toEqual(["a", "b"]);
  });

  it("paints a hidden page by the timer", () => {
    const { clock, scheduler } = setUp();
    clock.isHidden = true;
    const paint = vi.fn();
    scheduler.schedule(paint);
    clock.frame();
    expect(paint).not.toHaveBeenCalled();
    clock.pass(FALLBACK_MS);
    expect(paint).toHaveBeenCalledTimes(1);
  });

  it("leaves what does not fit into a frame to the next one", () => {
    const { clock, scheduler } = setUp();
    const painted: number[] = [];
    for (let i = 0; i < 4; i++) {
      scheduler.schedule(() => {
        painted.push(i);
        clock.time += BUDGET_MS;
      });
    }
    clock.frame();
    expect(painted).toEqual([0, 1]);
    clock.frame();
    expect(painted).toEqual([0, 1, 2, 3]);
  });

  it("takes a task that asks for another frame", () => {
    const { clock, scheduler } = setUp();
    let times = 0;
    const paint = () => {
      if (++times < 3) scheduler.schedule(paint);
    };
    scheduler.schedule(paint);
    for (let i = 0; i < 5; i++) clock.frame();
    expect(times).toBe(3);
  });

  it("goes on when a task throws, and says so", () => {
    const { clock, scheduler } = setUp();
    const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const paint = vi.fn();
    scheduler.schedule(() => {
      throw new Error("broken view");
    });
    scheduler.schedule(paint);
    clock.frame();
    expect(paint).toHaveBeenCalled();
    expect(said).toHaveBeenCalledTimes(1);
  });

  it("leaves no timer behind when its last task is dropped", () => {
    const { clock, scheduler } = setUp();
    const paint = vi.fn();
    scheduler.schedule(paint);
    scheduler.drop(paint);
    expect(clock.waiting).toBe(0);
  });
});
