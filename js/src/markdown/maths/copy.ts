/**
 * What is copied of a drawn formula is its source, which stands beside it unseen. For the moment of copying it stands there
 * in place of the drawing, whose boxes would leave line ends between the words.
 */
export function onCopy(): void {
  const selection = document.getSelection();
  const drawn = [...document.querySelectorAll(".sc-drawn")].filter((el) => selection?.containsNode(el, true));
  const show = (isDrawn: boolean): void => {
    for (const el of drawn) {
      el.classList.toggle("sc-drawn", isDrawn);
      for (const formula of el.querySelectorAll<HTMLElement>(".sc-formula")) formula.hidden = !isDrawn;
    }
  };
  show(false);
  // The browser copies when all listeners have been called
  setTimeout(() => show(true));
}
