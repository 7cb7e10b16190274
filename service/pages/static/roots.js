// Which root, how sure, why, and what would tell more: in words, and as bars that say the same.

import { element, section } from "./elements.js";
import { percent } from "./percent.js";
import { chips, sources } from "./links.js";
import { jump } from "./entry.js";
import { label, said } from "./vocabulary.js";
import { get, state } from "./state.js";
import { word } from "./words.js";

/**
 * @param {object} classifier of one leg
 * @param {object} impression of the same leg
 * @param {Record<string, object>} citations
 * @param {string} name of the section
 */
export function roots(classifier, impression, citations, name) {
  const silent = classifier.status !== "ok" || classifier.abstained;
  return section(
    name,
    name !== "roots" && element("p", {}, impression.text),
    classifier.abstained && abstained(classifier, citations),
    classifier.status !== "ok" && !classifier.abstained && element("p.notice", {}, word("answer.unavailable")),
    !silent && bars(classifier),
    !silent && element("p.quiet", {}, setWords(classifier)),
    impression.likely_levels.length > 0 && element("p.quiet", {}, levels(impression.likely_levels)),
    impression.consider.length > 0 && consider(impression.consider, citations),
    !silent && why(classifier),
    sources(impression, citations, word("answer.sources_impression")),
  );
}

function abstained(classifier, citations) {
  return element(
    "div.notice",
    {},
    element("p", {}, element("strong", {}, word("answer.abstained"))),
    classifier.abstentions.map((each) =>
      element(
        "div",
        {},
        element("p", {}, each.reason),
        element("p", {}, word("answer.mend", { what: each.mend })),
        chips(each.ask),
        sources(each, citations),
      ),
    ),
  );
}

function bars(classifier) {
  const rows = Object.entries(classifier.roots).map(([root, { probability }]) =>
    bar(root, root.toLowerCase(), probability, standing(root, classifier)),
  );
  return element("ul.bars", {}, rows, bar(word("answer.none_of_three"), "none", classifier.none_probability, ""));
}

function bar(name, kind, probability, standing) {
  const fill = element("span.fill");
  fill.style.inlineSize = `${Math.round(100 * Math.min(Math.max(probability, 0), 1))}%`;
  return element(
    `li.bar.${kind}`,
    {},
    element("span.which", {}, name),
    element("span.track", { "aria-hidden": "true" }, fill),
    element("span.much", {}, percent(probability)),
    standing && element("span.standing.quiet", {}, standing),
  );
}

function standing(root, { likely_roots: likely, prediction_set: set }) {
  if (likely.includes(root)) return word("answer.root_held");
  if (set.includes(root)) return word("answer.root_open");
  return word("answer.root_out");
}

function setWords({ prediction_set: set, coverage }) {
  const share = Math.round(100 * coverage);
  return word(set.length ? "answer.set" : "answer.set_empty", { roots: set.join(", "), coverage: share, missed: 100 - share });
}

function levels(found) {
  const each = found.map((level) => word("answer.level", level));
  return word("answer.levels", { levels: each.join("; ") });
}

function consider(found, citations) {
  return element(
    "div",
    {},
    element("h4", {}, word("answer.consider")),
    element(
      "ul",
      {},
      found.map((each) =>
        element("li", {}, element("p", {}, each.text), each.ask.length > 0 && chips(each.ask), sources(each, citations)),
      ),
    ),
  );
}

/** The parts of a probability, for and against, of the roots that are in question. */
function why(classifier) {
  const parts = classifier.explanation ?? [];
  const asked = classifier.likely_roots.length ? classifier.likely_roots : classifier.prediction_set;
  const most = Math.max(...parts.map((each) => Math.abs(each.log_odds)), 0.1);
  return asked
    .filter((root) => parts.some((each) => each.root === root))
    .map((root) =>
      element(
        "details.why",
        { "data-key": `why ${root}` },
        element("summary", {}, word("answer.why", { root })),
        element("p.quiet", {}, [word("answer.why_lead"), start(classifier, root)].join(" ")),
        element(
          "ul.reasons",
          {},
          parts.filter((each) => each.root === root && Math.abs(each.log_odds) >= 0.05).map((each) => reason(each, most)),
        ),
      ),
    );
}

/** From where the parts of a probability start. */
function start({ baseline_log_odds: baseline }, root) {
  if (!baseline) return "";
  return word("answer.why_from", { root, share: percent(1 / (1 + Math.exp(-baseline[root]))) });
}

function reason({ finding, log_odds: odds }, most) {
  const weight = element("span.weight", { "aria-hidden": "true" });
  weight.style.inlineSize = `${Math.round((100 * Math.abs(odds)) / most)}%`;
  const value = get(state.now.exam, finding);
  return element(
    `li.${odds > 0 ? "for" : "against"}`,
    {},
    element("button.link", { type: "button", "data-key": `reason ${finding}`, onclick: () => jump(finding) }, label(finding)),
    value === undefined ? "" : ` ${said(finding, value)}`,
    element("span.quiet", {}, ` ${word(odds > 0 ? "answer.why_for" : "answer.why_against")}`),
    element("span.scale", {}, weight),
  );
}

/**
 * What to examine next; nothing where the answer names nothing.
 * @param {(object|undefined)[]} classifiers of both legs
 */
export function next(classifiers) {
  const found = nextOf(classifiers);
  if (found.length === 0) return null;
  return section("next", element("p.quiet", {}, word("answer.next_lead")), chips(found));
}

/**
 * The findings to examine next, the most telling first.
 * @param {(object|undefined)[]} classifiers of both legs
 * @returns {string[]}
 */
export function nextOf(classifiers) {
  return classifiers.flatMap((each) => each?.next_examinations ?? []).map((each) => each.finding);
}
