// Putting a new answer in the place of the one before without taking the page out of the reader's hands.

/**
 * Replace what is shown. What was opened stays open, the focus where it was, and what is read where it is on the screen.
 * @param {HTMLElement} place
 * @param {HTMLElement[]} parts each with a class that tells it apart; what has `data-key` in them gets a unique one
 */
export function redraw(place, parts) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  const focused = place.contains(document.activeElement) ? (document.activeElement.dataset.key ?? "") : null;
  const hold = holding(place);
  place.replaceChildren(...parts);
  nameApart(place);
  for (const each of place.querySelectorAll("details")) each.open ||= open.has(each.dataset.key);
  hold();
  if (focused === null) return;
  const same = place.querySelector(`[data-key="${CSS.escape(focused)}"]`);
  // Where it is gone the answer has the focus: the top of the page would be far from it.
  const next = same?.checkVisibility() ? same : place.closest("[tabindex]");
  next?.focus({ preventScroll: true });
}

/** Keys within what they stand in, each once: the same item or source can be named in two places. */
function nameApart(place) {
  const used = new Map();
  for (const each of place.querySelectorAll("[data-key], summary")) {
    const around = each.parentElement.closest("[data-key]");
    const within = place.contains(around) ? around.dataset.key : partOf(each, place).className;
    const key = `${within} ${each.dataset.key ?? "summary"}`;
    const count = (used.get(key) ?? 0) + 1;
    used.set(key, count);
    each.dataset.key = count > 1 ? `${key} ${count}` : key;
  }
}

function partOf(inner, place) {
  return [...place.children].find((each) => each.contains(inner));
}

/** What brings the first part in sight back to where it was, after what is above it got longer or shorter. */
function holding(place) {
  const view = place.closest("[tabindex]");
  if (!view?.scrollTop) return () => {};
  const edge = view.getBoundingClientRect().top;
  const seen = [...place.children].find((each) => each.getBoundingClientRect().bottom > edge);
  const before = seen?.getBoundingClientRect().top;
  return () => {
    const same = [...place.children].find((each) => each.className === seen?.className);
    if (same) view.scrollTop += same.getBoundingClientRect().top - before;
  };
}
