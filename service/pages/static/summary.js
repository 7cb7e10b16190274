// An examination and its answer as sections of lines, for the record and for paper alike: what was stated, and no more.

import { provenanceWords } from "./answer.js";
import { actions, urgencyWord } from "./banner.js";
import { changeWords, since } from "./comparison.js";
import { namesOf } from "./flags_said.js";
import { percent } from "./percent.js";
import { daysWords, imagingWords, insteadWords } from "./plan.js";
import { nextOf } from "./roots.js";
import { get } from "./state.js";
import { control, label, said } from "./vocabulary.js";
import { word } from "./words.js";

const FLAGS = "/red_flags/";
const LEG = /^\/(examination|other_leg)\//;
const UNNAMED = ["text", "moment"]; // the person's key, which is for machines, and the time, which stands at the top
const NORMAL = new Set([5, false, "normal", "able", "negative", "flexor"]);

/**
 * One line: `parts` belong under one name; `normal` are findings that can be left out where there is no room.
 * @typedef {{name?: string, parts: {text: string, normal?: boolean, count?: number}[]}} Line
 * @typedef {{code: string, heading: string, lines: Line[]}} Section
 * @typedef {{title: string, time: string, urgency: ?{level: string, text: string, actions: string[]}, notes: string[],
 *   marked: boolean, sections: Section[]}} Summary
 */

/**
 * @param {object} exam the body that was asked with; the person's key in it is never told
 * @param {object|null} answer null where there is none
 * @param {{at: Date, recorded?: ?{id: string, deferred: boolean}, changed?: boolean}} occasion `changed`: something was
 *   entered since
 * @returns {Summary}
 */
export function summaryOf(exam, answer, { at, recorded = null, changed = false }) {
  const { pain_locations: pain = [], paresthesia_locations: tingling = [] } = exam.history ?? {};
  const sections = [flags(exam, answer), findings(exam), ...(answer ? concluding(answer, recorded) : [])];
  return {
    title: word("takeaway.title"),
    time: word("takeaway.examined", { time: moment(exam.examined_at ?? at) }),
    urgency: answer && { level: answer.urgency, text: urgencyWord(answer, exam), actions: actions(answer.red_flags.present) },
    notes: [changed && word("takeaway.changed"), !answer && word("takeaway.no_answer")].filter(Boolean),
    marked: !changed && pain.length + tingling.length > 0,
    sections: sections.filter(({ lines }) => lines.length > 0),
  };
}

/**
 * The parts of a line as one text.
 * @param {{text: string}[]} parts
 */
export function joined(parts) {
  const mark = (text) => (/[.:!?]$/.test(text) ? "" : ";");
  return parts.map((part) => part.text).reduce((text, next) => `${text}${mark(text)} ${next}`);
}

/** A moment as people of this place write it. */
function moment(time) {
  return new Date(time).toLocaleString(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
}

function section(code, lines, heading = word(`takeaway.${code}`)) {
  return { code, heading, lines: lines.filter((each) => each && each.parts.length > 0) };
}

function line(name, texts) {
  return { name, parts: texts.filter(Boolean).map((text) => (typeof text === "string" ? { text } : text)) };
}

/** Values by their key, in the order in which the keys come first. */
function grouped(values, keyOf) {
  const groups = new Map();
  for (const each of values) groups.set(keyOf(each), [...(groups.get(keyOf(each)) ?? []), each]);
  return groups;
}

/** Every item of the form that was answered, in the order of the form. */
function stated(exam) {
  return [...document.querySelectorAll("#entry [data-pointer]")]
    .filter((place) => !UNNAMED.includes(place.dataset.kind))
    .map(({ dataset: { pointer } }) => ({ pointer, value: get(exam, pointer) }))
    .filter(({ value }) => value !== undefined);
}

function flags(exam, answer) {
  const asked = stated(exam).filter(({ pointer }) => pointer.startsWith(FLAGS));
  const denied = asked.filter(({ value }) => value === false);
  const screen = answer?.red_flags;
  const open = (second) => screen.not_assessed.filter((flag) => flag.second_line === second).map((flag) => flag.label);
  return section("flags", [
    ...(screen ? present(screen.present) : []),
    line(word("takeaway.also_stated"), told(exam, asked.filter((each) => !denied.includes(each)))),
    line(word("takeaway.denied"), denied.map(({ pointer }) => label(pointer))),
    screen && line(word("takeaway.not_asked", { count: open(false).length }), open(false)),
    screen && line(word("takeaway.not_asked_second"), open(true)),
    screen?.screen_complete && line(undefined, [word("takeaway.complete")]),
  ]);
}

/** The flags that are up, under what they ask for: one action is said once, and that of what is acted on at the top. */
function present(found) {
  const above = actions(found);
  return [...grouped(found, (flag) => `${flag.urgency} ${flag.action}`).values()].map((raised) => {
    const [{ urgency, action }] = raised;
    const what = raised.map((flag) => flagWords(flag, found)).join("; ");
    const text = above.includes(action) ? what : word("takeaway.because", { what, why: action });
    return line(word("takeaway.present", { urgency: word(`answer.urgency_${urgency}`) }), [text]);
  });
}

function flagWords({ label: name, overrides, supported_by: ids }, found) {
  if (!overrides) return word("takeaway.weak_flag", { name });
  return ids.length ? word("takeaway.supported_flag", { name, flags: namesOf(ids, found) }) : name;
}

function findings(exam) {
  const items = stated(exam).filter(({ pointer }) => !pointer.startsWith(FLAGS));
  const named = [...grouped(items, ({ pointer }) => nameOf(pointer))];
  const lines = named.map(([name, same]) => line(name, told(exam, same)));
  return section("findings", [...lines, line(undefined, [word("takeaway.what_is_left")])]);
}

/** Under which name a finding stands. */
function nameOf(pointer) {
  const group = pointer.split("/")[1];
  if (!LEG.test(pointer)) return word(`form.nav_${group}`);
  const part = control(pointer.replace(LEG, "/examination/")).closest(".part").querySelector("h3").textContent;
  return word(`takeaway.${group === "examination" ? "worse" : "other"}_leg_part`, { part });
}

/** Findings with what was said of them: signs and answers with yes or no are named together where they are the same. */
function told(exam, items) {
  const alike = ({ pointer }) => {
    const { kind } = control(pointer).dataset;
    return kind === "boolean" || (LEG.test(pointer) && kind !== "number");
  };
  const stated = items.filter(({ pointer }) => !isOfResult(exam, pointer));
  const parts = grouped(stated, (item) => (alike(item) ? saidOf(exam, item) : item.pointer));
  return [...parts.values()].map((same) => {
    const names = same.map(({ pointer }) => label(pointer.replace(LEG, "/examination/"))).join("; ");
    const [first] = same;
    const value = saidOf(exam, first);
    if (!alike(first)) return { text: word("takeaway.colon", { name: names, value }) };
    const normal = LEG.test(first.pointer) && NORMAL.has(first.value);
    return { text: word("takeaway.same", { value, names }), normal, count: same.length };
  });
}

/** An angle means nothing without the result that it belongs to: it is said with it. */
function isOfResult(exam, pointer) {
  return pointer.endsWith("/angle_degrees") && get(exam, `${above(pointer)}/result`) !== undefined;
}

function saidOf(exam, { pointer, value }) {
  return pointer.endsWith("/result") ? said(above(pointer), get(exam, above(pointer))) : said(pointer, value);
}

function above(pointer) {
  return pointer.slice(0, pointer.lastIndexOf("/"));
}

/** What the service says of it, in the order in which one acts. */
function concluding(answer, recorded) {
  const notes = answer.caveats.map((each) => line(undefined, [each.text]));
  const caveats = section("caveats", notes, word("answer.caveats"));
  return [concluded(answer), plan(answer), open(answer), caveats, made(answer, recorded), sources(answer)];
}

function concluded(answer) {
  const { impression, classifier, other_leg: other, comparison } = answer;
  return section("answer", [
    line(word("takeaway.impression"), [impression.text]),
    line(word("takeaway.roots"), roots(classifier)),
    line(word("answer.consider"), impression.consider.map((each) => each.text)),
    other && line(word("takeaway.other_leg_impression"), [other.impression.text]),
    other && line(word("takeaway.other_leg_roots"), roots(other.classifier)),
    comparison && line(since(comparison), [...comparison.changes.map(changeWords), comparison.text]),
  ]);
}

function roots(classifier) {
  if (classifier.status !== "ok") return [word("answer.unavailable")];
  if (classifier.abstained) {
    const reasons = classifier.abstentions.flatMap(({ reason, mend }) => [reason, word("answer.mend", { what: mend })]);
    return [word("answer.abstained"), ...reasons];
  }
  const coverage = Math.round(100 * classifier.coverage);
  const { likely_roots: held, prediction_set: set } = classifier;
  return [
    ...Object.entries(classifier.roots).map(([root, { probability }]) => share(root, probability)),
    share(word("answer.none_of_three"), classifier.none_probability),
    word(held.length ? "takeaway.held" : "takeaway.held_none", { roots: held.join(", ") }),
    word(set.length ? "takeaway.set" : "takeaway.set_empty", { roots: set.join(", "), coverage, missed: 100 - coverage }),
  ];
}

function share(root, probability) {
  return word("takeaway.root", { root, share: percent(probability) });
}

function plan({ management, red_flags: screen }) {
  const { phase, imaging, surgery, follow_up: after, recommendations } = management;
  const decided = (name, what, { because: why }) =>
    line(word(`answer.${name}`), [word("takeaway.because", { what, why })]);
  return section("plan", [
    line(word("takeaway.phase"), [word(`answer.phase_${phase}`)]),
    management.override_rests_on_age_alone && line(undefined, [insteadWords(management, screen.present)]),
    decided("imaging", imagingWords(imaging), imaging),
    decided("surgery", word(`answer.surgery_${surgery.timing}`), surgery),
    decided("follow_up", daysWords(after), after),
    ...recommendations.map((each) =>
      line(word(`answer.category_${each.category}`), [`${each.text} (${word(`answer.strength_${each.strength}`)})`]),
    ),
  ]);
}

function open({ questions, classifier, other_leg: other }) {
  const next = nextOf([classifier, other?.classifier]).map(label);
  return section("open", [...questions.map((each) => line(undefined, [each.text])), line(word("answer.next"), next)]);
}

function made({ provenance, red_flags: screen, disclaimer }, recorded) {
  const kept = recorded?.deferred ? "takeaway.recorded_deferred" : "takeaway.recorded";
  return section("made", [
    line(undefined, provenanceWords(provenance, screen.policy)),
    line(undefined, [recorded ? word(kept, { id: recorded.id }) : word("takeaway.not_recorded")]),
    line(undefined, [disclaimer]),
  ]);
}

/** Each source as one finds it again: its first author, where it appeared, and when. */
function sources({ citations }) {
  const short = ({ authors, published_in: where, year }) =>
    `${authors.split(/[,;]/)[0]}, ${where}${year && !where.includes(year) ? ` (${year})` : ""}`;
  return section("sources", [line(undefined, Object.values(citations).map(short))], word("answer.sources"));
}
