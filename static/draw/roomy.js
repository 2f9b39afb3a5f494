/**
 * Text beside a picture that grows where there is room, so that the last row of the hall reads it and no column is half empty.
 *
 *   const fit = roomy(box);     // box: absolutely placed in the column, as high as it
 *   fit.again();                // after its text changed in kind; a resized column is seen without
 *   fit.destroy();
 *
 * What is as wide as the column already keeps its size by `font-size: calc(1em / var(--grown, 1))`.
 */

/** Sizes in em, the largest first. */
const SIZES = [1.4, 1.3, 1.2, 1.1, 1];

/** @param {HTMLElement} box @param {() => boolean} [wanted] false: what else is in the box takes the room, the text keeps its size */
export function roomy(box, wanted = () => true) {
  const again = () => {
    for (const size of wanted() ? SIZES : [1]) {
      box.style.fontSize = `${size}em`;
      box.style.setProperty('--grown', String(size));
      if (box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth) break;
    }
  };
  const watch = new ResizeObserver(again);
  watch.observe(box);
  return { again, destroy: () => watch.disconnect() };
}
