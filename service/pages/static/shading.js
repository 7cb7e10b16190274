// After an answer the skin of each root takes its colour, the deeper the likelier it is that the root is involved.

import { element } from "./elements.js";
import { percent } from "./percent.js";
import { word } from "./words.js";

const ROOTS = ["L4", "L5", "S1"];
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
    legend.replaceChildren(...chips(worse, "shaded"), ...(other ? chips(other, "shaded_other") : []));
  }

  shade(null);
}

/** What the model says of a leg; nothing where it is not there or abstains. */
function speaking(classifier) {
  return classifier?.status === "ok" && !classifier.abstained ? classifier : null;
}

/** Also where nothing is said yet: the questions below must not slip away with the first answer. */
function chips(classifier, lead) {
  const each = ROOTS.map((root) => {
    const share = classifier ? percent(classifier.roots[root].probability) : "–";
    return element("span.share", {}, element(`span.chip.${root.toLowerCase()}`), `${root} ${share}`);
  });
  return [element("span", {}, word(`body.${lead}`)), ...each];
}
