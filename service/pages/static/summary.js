// An examination and its answer as sections of lines, for the record and for paper alike: what was stated, and no more.

import { urgencyWord } from "./answer.js";
import { percent } from "./percent.js";
import { daysWords, imagingWords } from "./plan.js";
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
  const parts = answer ? [concluded(answer), plan(answer.management), open(answer), notes("caveats", answer.caveats)] : [];
  return {
    title: word("takeaway.title"),
    time: word("takeaway.examined", { time: moment(exam.examined_at ?? at) }),
    urgency: answer && { level: answer.urgency, text: urgencyWord(answer), actions: actions(answer) },
    notes: [changed && word("takeaway.changed"), !answer && word("takeaway.no_answer")].filter(Boolean),
    marked: !changed && pain.length + tingling.length > 0,
    sections: [flags(exam, answer), findings(exam), ...parts, answer && made(answer, recorded), answer && sources(answer)]
      .filter((section) => section && section.lines.length > 0),
  };
}

/**
 * The parts of a line as one text.
 * @param {{text: string}[]} parts
 */
export function joined(parts) {
  return parts.reduce((text, part) => (text ? `${text}${/[.:!?]$/.test(text) ? "" : ";"} ${part.text}` : part.text), "");
}

/** A moment as people of this place write it. */
function moment(time) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" }).format(new Date(time));
}

function section(code, lines, heading = word(`takeaway.${code}`)) {
  return { code, heading, lines: lines.filter((each) => each && each.parts.length > 0) };
}

function line(name, texts) {
  return { name, parts: texts.filter(Boolean).map((text) => (typeof text === "string" ? { text } : text)) };
}

function actions(answer) {
  return [...new Set(answer.red_flags.present.filter((flag) => flag.urgency === "emergency").map((flag) => flag.action))];
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
    screen && line(word("takeaway.not_asked"), open(false)),
    screen && line(word("takeaway.not_asked_second"), open(true)),
    screen?.screen_complete && line(undefined, [word("takeaway.complete")]),
  ]);
}

/** The flags that are up, under what they ask for: one action is said once, and that of an emergency at the top. */
function present(found) {
  return [...Map.groupBy(found, (flag) => `${flag.urgency} ${flag.action}`).values()].map((raised) => {
    const [{ urgency, action }] = raised;
    const labels = raised.map((flag) => (flag.overrides ? flag.label : `${flag.label} (${word("takeaway.weak_flag")})`)).join("; ");
    const text = urgency === "emergency" ? labels : word("takeaway.because", { what: labels, why: action });
    return line(word("takeaway.present", { urgency: word(`answer.urgency_${urgency}`) }), [text]);
  });
}

function findings(exam) {
  const grouped = Map.groupBy(
    stated(exam).filter(({ pointer }) => !pointer.startsWith(FLAGS)),
    ({ pointer }) => nameOf(pointer),
  );
  const lines = [...grouped].map(([name, items]) => line(name, told(exam, items)));
  return section("findings", [...lines, line(undefined, [word("takeaway.what_is_left")])]);
}

/** Under which name a finding stands. */
function nameOf(pointer) {
  const group = pointer.split("/")[1];
  if (!LEG.test(pointer)) return word(`form.nav_${group}`);
  const part = control(pointer).closest(".part").querySelector("h3").textContent;
  return word(`takeaway.${group === "examination" ? "worse" : "other"}_leg_part`, { part });
}

/** Findings with what was said of them: signs and answers with yes or no are named together where they are the same. */
function told(exam, items) {
  const parts = Map.groupBy(items.filter(({ pointer }) => !isOfResult(exam, pointer)), (item) => {
    const { kind } = control(item.pointer).dataset;
    return kind === "boolean" || (LEG.test(item.pointer) && kind !== "number") ? saidOf(exam, item) : item.pointer;
  });
  return [...parts.values()].map((same) => {
    const names = same.map(({ pointer }) => label(pointer.replace(LEG, "/examination/"))).join("; ");
    const [first] = same;
    const value = saidOf(exam, first);
    const leads = LEG.test(first.pointer) || control(first.pointer).dataset.kind === "boolean";
    const text = leads ? word("takeaway.same", { value, names }) : word("takeaway.colon", { name: names, value });
    return { text, normal: LEG.test(first.pointer) && NORMAL.has(first.value), count: same.length };
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

function concluded(answer) {
  const { impression, classifier, other_leg: other, comparison } = answer;
  return section("answer", [
    line(word("takeaway.impression"), [impression.text]),
    line(word("takeaway.roots"), roots(classifier)),
    line(word("answer.consider"), impression.consider.map((each) => each.text)),
    other && line(word("takeaway.other_leg_impression"), [other.impression.text]),
    other && line(word("takeaway.other_leg_roots"), roots(other.classifier)),
    comparison && line(word("answer.comparison"), [comparison.text]),
  ]);
}

function roots(classifier) {
  if (classifier.status !== "ok") return [word("answer.unavailable")];
  if (classifier.abstained) return [word("answer.abstained"), ...classifier.abstentions.flatMap((each) => [each.reason, each.mend])];
  const coverage = Math.round(100 * classifier.coverage);
  const { likely_roots: held, prediction_set: set } = classifier;
  return [
    ...Object.entries(classifier.roots).map(([root, { probability }]) => share(root, probability)),
    share(word("answer.none_of_three"), classifier.none_probability),
    word(held.length ? "takeaway.held" : "takeaway.held_none", { roots: held.join(", ") }),
    word(set.length ? "takeaway.set" : "takeaway.set_empty", { roots: set.join(", "), coverage }),
  ];
}

function share(root, probability) {
  return word("takeaway.root", { root, share: percent(probability) });
}

function plan({ phase, imaging, surgery, follow_up: after, recommendations }) {
  const decided = (name, what, { because }) => line(word(`answer.${name}`), [word("takeaway.because", { what, why: because })]);
  return section("plan", [
    line(word("takeaway.phase"), [word(`answer.phase_${phase}`)]),
    decided("imaging", imagingWords(imaging), imaging),
    decided("surgery", word(`answer.surgery_${surgery.timing}`), surgery),
    decided("follow_up", daysWords(after), after),
    ...recommendations.map((each) =>
      line(word(`answer.category_${each.category}`), [`${each.text} (${word(`answer.strength_${each.strength}`)})`]),
    ),
  ]);
}

function open({ questions, classifier }) {
  const next = (classifier.next_examinations ?? []).map((each) => label(each.finding));
  return section("open", [...questions.map((each) => line(undefined, [each.text])), line(word("answer.next"), next)]);
}

function notes(code, found) {
  return section(code, found.map((each) => line(undefined, [each.text])), word(`answer.${code}`));
}

function made({ provenance, disclaimer }, recorded) {
  const { model_version: model, ruleset_version: rules, software_version: software } = provenance;
  const kept = recorded?.deferred ? "takeaway.recorded_deferred" : "takeaway.recorded";
  return section("made", [
    line(undefined, [word("answer.provenance", { model: model ?? word("answer.none"), rules, software })]),
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
