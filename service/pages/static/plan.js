// What to do: imaging, surgeon, follow-up, and every recommendation with its sources.

import { element, section } from "./elements.js";
import { namesOf } from "./flags_said.js";
import { sources } from "./links.js";
import { word } from "./words.js";

/**
 * @param {object} management of an answer
 * @param {object[]} present red flags
 * @param {Record<string, object>} citations
 */
export function plan(management, present, citations) {
  const { imaging, surgery, follow_up: after } = management;
  return section(
    "plan",
    element("p.phase", {}, word(`answer.phase_${management.phase}`)),
    management.overridden_by.length > 0 && element("p", {}, insteadWords(management, present)),
    element(
      "dl.decisions",
      {},
      decision("imaging", imagingWords(imaging), imaging, citations),
      decision("surgery", word(`answer.surgery_${surgery.timing}`), surgery, citations),
      decision("follow_up", daysWords(after), after, citations),
    ),
    element(
      "ul.plain",
      {},
      management.recommendations.map((each) =>
        element(
          "li.advice",
          {},
          element("p", {}, element("strong", {}, `${word(`answer.category_${each.category}`)}: `), each.text, " ",
            element("span.quiet", {}, `(${word(`answer.strength_${each.strength}`)})`)),
          sources(each, citations),
        ),
      ),
    ),
  );
}

/**
 * Which red flags replaced the ordinary pathway.
 * @param {object} management
 * @param {object[]} present red flags
 */
export function insteadWords({ overridden_by: ids, override_rests_on_age_alone: alone }, present) {
  return word(alone ? "answer.instead_age_alone" : "answer.instead", { flags: namesOf(ids, present) });
}

/**
 * Whether to image, by what and how soon, in words.
 * @param {object} imaging
 */
export function imagingWords(imaging) {
  if (!imaging.indicated) return word("answer.imaging_no");
  return `${word(`answer.modality_${imaging.modality}`)}, ${word(`answer.timing_${imaging.timing}`)}`;
}

/**
 * When to look again, in words.
 * @param {object} after follow-up of a plan
 */
export function daysWords({ within_days: days }) {
  return word({ 0: "answer.follow_up_today", 1: "answer.follow_up_day" }[days] ?? "answer.follow_up_days", { days });
}

function decision(name, words, said, citations) {
  return element(
    "div",
    { "data-indicated": said.indicated ? true : null },
    element("dt", {}, word(`answer.${name}`)),
    element("dd", {}, element("p", {}, element("strong", {}, words), ` – ${said.because}`), sources(said, citations)),
  );
}
