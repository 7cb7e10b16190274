// The answer as it is read at the bedside: how urgent, the flags, what has changed, which root, what to do, what to ask.

import { banner } from "./banner.js";
import { comparison } from "./comparison.js";
import { element, section } from "./elements.js";
import { flags, toAsk } from "./flags_said.js";
import { chips, sources } from "./links.js";
import { daysWords, imagingWords, plan } from "./plan.js";
import { redraw } from "./redrawing.js";
import { next, roots } from "./roots.js";
import { word } from "./words.js";

export { firstSentence, urgencyWord } from "./banner.js";

const URGENCIES = ["routine", "urgent", "emergency"];

/**
 * Show an answer in the place of the one before.
 * @param {HTMLElement} place
 * @param {object} answer of `POST /v1/assessments`
 */
export function showAnswer(place, answer) {
  const before = place.querySelector(".banner");
  const was = URGENCIES.findIndex((each) => before?.classList.contains(each));
  redraw(place, parts(answer).filter(Boolean));
  // What has become graver is seen, wherever the answer was scrolled to.
  if (before && URGENCIES.indexOf(answer.urgency) > was) place.closest("[tabindex]").scrollTop = 0;
}

function parts(answer) {
  const { citations, classifier, management, other_leg: other, red_flags: screen } = answer;
  return [
    banner(answer),
    glance(management),
    flags(screen, citations),
    comparison(answer.comparison, citations),
    questions(answer.questions, citations),
    roots(classifier, answer.impression, citations, "roots"),
    other && roots(other.classifier, other.impression, citations, "other_leg_roots"),
    plan(management, screen.present, citations),
    next([classifier, other?.classifier]),
    toAsk(screen),
    caveats(answer.caveats, citations),
    provenance(answer.provenance, screen.policy),
  ];
}

/** What to do in three words each, before the reasons. */
function glance({ imaging, surgery, follow_up: after }) {
  const said = {
    imaging: imagingWords(imaging),
    surgery: word(`answer.surgery_${surgery.timing}`),
    follow_up: daysWords(after),
  };
  return element(
    "dl.glance",
    {},
    Object.entries(said).map(([name, text]) =>
      element("div", {}, element("dt.quiet", {}, word(`answer.${name}`)), element("dd", {}, text)),
    ),
  );
}

function questions(asked, citations) {
  if (asked.length === 0) return null;
  return section(
    "questions",
    element(
      "ul.plain",
      {},
      asked.map((each) => element("li", {}, element("p", {}, each.text), chips(each.ask), sources(each, citations))),
    ),
  );
}

function caveats(notes, citations) {
  if (notes.length === 0) return null;
  return section(
    "caveats",
    element(
      "ul",
      {},
      notes.map((note) => element("li", {}, element("p", {}, note.text), sources(note, citations))),
    ),
  );
}

/**
 * What made the answer, and which policy of red flags was in force.
 * @param {object} made
 * @param {string} policy
 */
export function provenanceWords({ model_version: model, ruleset_version: rules, software_version: software }, policy) {
  const made = word("answer.provenance", { model: model ?? word("answer.none"), rules, software });
  return [made, word(`answer.policy_${policy}`)];
}

function provenance(made, policy) {
  return element("p.quiet.provenance", {}, provenanceWords(made, policy).join(". "));
}
