// After an answer the skin of each root takes its colour, the deeper the likelier it is that the root is involved.

import { element } from "./elements.js";
import { percent } from "./percent.js";
import { word } from "./words.js";

const DEEPEST = 75; // per cent of the colour of a root whose probability is 1

/**
 * Shade with every answer that comes.
 * @param {SVGElement[]} regions each names its side, and the roots of its dermatome, the usual one first
 * @param {HTMLElement} legend
 */
export function startShading(regions, legend) {
  document.addEventListener("answer", ({ detail }) => shade(detail.answer, detail.exam.history?.side));
  document.addEventListener("answer-gone", () => shade(null));

  function shade(answer, side) {
    const one = side === "left" || side === "right";
    const worse = speaking(answer?.classifier);
    const other = one ? speaking(answer?.other_leg?.classifier) : null;
    for (const region of regions) {
      const classifier = one && region.dataset.side !== side ? other : worse;
      const usual = region.dataset.roots?.split(" ")[0];
      region.style.setProperty("--share", `${Math.round(DEEPEST * (classifier?.roots[usual]?.probability ?? 0))}%`);
    }
    legend.hidden = !worse && !other;
    legend.replaceChildren(...chips(worse, "shaded"), ...chips(other, "shaded_other"));
  }
}

/** What the model says of a leg; nothing where it is not there or abstains. */
function speaking(classifier) {
  return classifier?.status === "ok" && !classifier.abstained ? classifier : null;
}

function chips(classifier, lead) {
  if (!classifier) return [];
  const each = Object.entries(classifier.roots).map(([root, { probability }]) =>
    element("span", {}, element(`span.chip.${root.toLowerCase()}`), `${root} ${percent(probability)}`),
  );
  return [element("span", {}, word(`body.${lead}`)), ...each];
}
