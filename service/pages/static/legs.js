// The two legs: the controls of the worse one once more for the other, and which of them is left and which right.

import { state } from "./state.js";
import { word } from "./words.js";

const OTHER = "/other_leg/";
const SIDES = { left: ["left", "right"], right: ["right", "left"] };
const HEADINGS = { examination: 0, other_leg: 1 };

/**
 * @param {HTMLFormElement} form
 */
export function startLegs(form) {
  const place = form.querySelector("#other-leg");
  for (const part of form.querySelectorAll("#s-examination .part")) place.append(otherOf(part));
  state.subscribe((now, before) => {
    nameSides(now.exam);
    // Opened where it is entered first; who folds it again has done with it.
    if (now.exam.other_leg && !before.exam.other_leg) place.open = true;
  });
  nameSides(state.now.exam);
  if (state.now.exam.other_leg) place.open = true;
}

function otherOf(part) {
  const copy = part.cloneNode(true);
  // How it is examined is said once; the buttons of both legs lead there.
  copy.querySelectorAll("[popover]").forEach((each) => each.remove());
  for (const each of [copy, ...copy.querySelectorAll("*")]) {
    for (const name of ["data-pointer", "name"]) {
      const pointer = each.getAttribute(name);
      if (pointer) each.setAttribute(name, pointer.replace("/examination/", OTHER));
    }
    for (const name of ["id", "for", "aria-labelledby"]) {
      if (each.hasAttribute(name)) each.setAttribute(name, `other-${each.getAttribute(name)}`);
    }
  }
  for (const each of copy.querySelectorAll("h3, legend, label[for]")) {
    each.textContent = word("answer.of_other_leg", { finding: each.textContent.trim() });
  }
  return copy;
}

/** The headings of both legs say which side they are of, once it is known. */
function nameSides({ history }) {
  const sides = SIDES[history?.side] ?? [];
  for (const [section, which] of Object.entries(HEADINGS)) {
    const name = word(`form.section_${section}`);
    const side = sides[which] && word(`form.side_${sides[which]}`);
    const text = side ? word("form.section_of_side", { name, side }) : name;
    const heading = document.getElementById(`h-${section}`);
    if (heading.textContent !== text) heading.textContent = text;
  }
}
