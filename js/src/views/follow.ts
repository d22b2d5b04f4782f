/** Boxes of limited height whose content grows: a reader at the end stays there, a reader elsewhere is left alone. */

/** A reader within so many pixels of the end is at it. */
const NEAR_END = 24;

/** Paints, and scrolls `box` to its end if that is where it stood. `grows`: only then is there anything to follow. */
export function following(box: HTMLElement, grows: boolean, paint: () => void): void {
  // Asked before the painting: afterwards everybody is behind.
  const follows = grows && box.scrollHeight - box.scrollTop - box.clientHeight < NEAR_END;
  paint();
  if (follows) box.scrollTop = box.scrollHeight;
}
