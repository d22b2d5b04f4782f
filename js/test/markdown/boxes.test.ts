import { expect, test } from "vitest";
import { Boxes } from "../../src/markdown/boxes.js";

const look = (box: Element | undefined) => box?.className;

function fill(boxes: Boxes, from: number, to: number, children: HTMLElement[]): void {
  for (let i = from; i < to; i++) {
    children.length = i;
    children[i] = document.createElement("p");
    boxes.insert(i, children[i] as HTMLElement, children[i - 1]);
  }
}

test("children beyond the first stand in groups, in their order", () => {
  const host = document.createElement("div");
  const children: HTMLElement[] = [];
  fill(new Boxes(host, 4, () => 2), 0, 11, children);
  expect([...host.querySelectorAll("p")]).toEqual(children);
  expect([...host.children].map((child) => child.children.length)).toEqual([0, 0, 0, 0, 4, 3]);
});

test("a group is as high as its complete children until it is laid out, however often the last one comes and goes", () => {
  const host = document.createElement("div");
  const boxes = new Boxes(host, 4, () => 32);
  const children: HTMLElement[] = [];
  fill(boxes, 0, 7, children);
  for (let again = 0; again < 5; again++) {
    children[6]?.remove();
    boxes.trim(6);
    fill(boxes, 6, 7, children);
  }
  expect(look(host.children[4])).toBe("sc-group sc-h-12");
  fill(boxes, 7, 10, children);
  expect([4, 5].map((i) => look(host.children[i]))).toEqual(["sc-group sc-h-14", "sc-group sc-h-10"]);
  expect(host.querySelector("[style]")).toBeNull();
});
