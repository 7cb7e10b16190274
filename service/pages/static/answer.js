// The answer as it is read at the bedside: how urgent, the flags, what to ask, what to do; the roots come last.

import { element, section } from "./elements.js";
import { chips, sources } from "./links.js";
import { daysWords, imagingWords, plan } from "./plan.js";
import { next, roots } from "./roots.js";
import { label } from "./vocabulary.js";
import { word } from "./words.js";

/**
 * Show an answer in the place of the one before; what was opened stays open, and the focus where it was.
 * @param {HTMLElement} place
 * @param {object} answer of `POST /v1/assessments`
 */
export function showAnswer(place, answer) {
  const open = new Set([...place.querySelectorAll("details[open]")].map((each) => each.dataset.key));
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  place.replaceChildren(...parts(answer).filter(Boolean));
  place.querySelectorAll("details").forEach((each) => {
    each.open ||= open.has(each.dataset.key);
  });
  if (focused) place.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/**
 * The urgency in a word, with what is open where that could be taken for reassurance.
 * @param {object} answer
 */
export function urgencyWord(answer) {
  const reassuring = answer.urgency === "routine" && !answer.red_flags.screen_complete;
  return word(reassuring ? "answer.urgency_routine_open" : `answer.urgency_${answer.urgency}`);
}

/**
 * The bottom line of an impression, and the rest.
 * @param {string} text
 * @returns {[string, string]}
 */
export function firstSentence(text) {
  const first = text.match(/^.*?[.!?](?=\s|$)/)?.[0] ?? text;
  return [first, text.slice(first.length).trim()];
}

function parts(answer) {
  const { citations } = answer;
  return [
    banner(answer),
    glance(answer.management),
    flags(answer.red_flags, citations),
    toAsk(answer.red_flags),
    questions(answer.questions, citations),
    comparison(answer.comparison, citations),
    plan(answer.management, citations),
    roots(answer.classifier, answer.impression, citations, "roots"),
    answer.other_leg && roots(answer.other_leg.classifier, answer.other_leg.impression, citations, "other_leg_roots"),
    next(answer.classifier),
    caveats(answer.caveats, citations),
    provenance(answer.provenance),
  ];
}

function banner(answer) {
  const [first, rest] = firstSentence(answer.impression.text);
  return element(
    `div.banner.${answer.urgency}`,
    { "data-open": answer.red_flags.screen_complete ? null : true },
    element("p.urgency", {}, urgencyWord(answer)),
    element("p.first", {}, first),
    actions(answer.red_flags.present).map((action) => element("p.first", {}, action)),
    element("p", {}, rest),
  );
}

/** What an emergency asks for, at the top of all. */
function actions(present) {
  return [...new Set(present.filter((flag) => flag.urgency === "emergency").map((flag) => flag.action))];
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

function flags(screen, citations) {
  if (screen.present.length === 0) {
    return element("p.none-present", {}, word(screen.screen_complete ? "answer.flags_complete" : "answer.flags_none"));
  }
  const shared = new Set(actions(screen.present));
  return section(
    "flags",
    element(
      "ul.plain",
      {},
      screen.present.map((flag) => {
        const said = shared.has(flag.action);
        shared.add(flag.action);
        return element(
          `li.flag.${flag.urgency}`,
          {},
          element("p", {}, element("strong", {}, flag.label), said ? "" : ` – ${flag.action}`),
          element("p.quiet", {}, word("answer.because", { findings: flag.because.map(label).join(", ") })),
          flag.supported_by.length > 0 && element("p.quiet", {}, word("answer.adds")),
          !flag.overrides && element("p.quiet", {}, word("answer.not_overriding")),
          sources(flag, citations),
        );
      }),
    ),
  );
}

function toAsk(screen) {
  const first = screen.not_assessed.filter((flag) => !flag.second_line).flatMap((flag) => flag.ask);
  const second = screen.not_assessed.filter((flag) => flag.second_line).flatMap((flag) => flag.ask);
  if (first.length + second.length === 0) return null;
  return section(
    "ask",
    first.length > 0 && chips(first),
    second.length > 0 && element("p.quiet", {}, word("answer.ask_second")),
    second.length > 0 && chips(second),
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

function comparison(found, citations) {
  if (!found) return null;
  return section(
    "comparison",
    element("p", {}, found.text),
    found.not_tested_again.length > 0 && element("p.quiet", {}, word("answer.not_tested_again", { findings: "" })),
    found.not_tested_again.length > 0 && chips(found.not_tested_again),
    sources(found, citations),
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

function provenance(made) {
  const { model_version: model, ruleset_version: rules, software_version: software } = made;
  return element("p.quiet", {}, word("answer.provenance", { model: model ?? word("answer.none"), rules, software }));
}
