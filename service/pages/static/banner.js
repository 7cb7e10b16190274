// The head of the answer: how urgent, what to do about it, and how much of the screen for red flags is still open.

import { element } from "./elements.js";
import { state } from "./state.js";
import { word } from "./words.js";

const ACTED_ON = ["emergency", "urgent"]; // the graver first

/**
 * The urgency in a word, with what was not asked: nothing is routine, or no more than urgent, before that.
 * @param {object} answer
 * @param {object} exam that it answers
 */
export function urgencyWord({ urgency: code, red_flags: screen }, exam = state.now.exam) {
  const urgency = word(`answer.urgency_${code}`);
  if (code === "emergency" || screen.screen_complete) return urgency;
  return word("answer.so_far", { urgency, open: openWords(screen, exam) });
}

/** How many red flags of the first line were not asked. */
function openWords(screen, exam = state.now.exam) {
  if (Object.keys(exam.red_flags ?? {}).length === 0) return word("answer.first_line_open_all");
  const count = screen.not_assessed.filter((flag) => !flag.second_line).length;
  return word(count === 1 ? "answer.first_line_open_one" : "answer.first_line_open", { count });
}

/**
 * What the flags ask for that replace the ordinary pathway: each action once, those of an emergency first.
 * @param {object[]} present red flags
 * @returns {string[]}
 */
export function actions(present) {
  const asking = ACTED_ON.flatMap((urgency) => present.filter((flag) => flag.urgency === urgency && flag.overrides));
  return [...new Set(asking.map((flag) => flag.action))];
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

/**
 * @param {object} answer
 */
export function banner(answer) {
  const { urgency, impression, red_flags: screen } = answer;
  const [first, rest] = firstSentence(impression.text);
  const said = screenWords(urgency, screen);
  const acts = actions(screen.present).map((action) => named(action, screen.present, first));
  // What is to be done comes first, unless the flags that it is for are named first.
  const flagged = screen.present.some((flag) => first.includes(flag.label));
  const lines = flagged ? [first, ...acts] : [...acts, first];
  return element(
    `div.banner.${urgency}`,
    { "data-open": screen.screen_complete ? null : true },
    element("p.urgency", {}, urgencyWord(answer)),
    lines.map((line) => element("p.first", {}, line)),
    said.length > 0 && element("p", {}, said.join(" ")),
    rest && element("p", {}, rest),
  );
}

/** An action with the flags that ask for it, but for those that were just named. */
function named(action, present, said) {
  const names = present
    .filter((flag) => flag.action === action && !said.includes(flag.label))
    .map((flag) => flag.label);
  return names.length ? word("answer.action", { flags: names.join(", "), action }) : action;
}

/** How far the screen went, where the urgency does not say it. */
function screenWords(urgency, screen) {
  const none = screen.present.length === 0;
  if (screen.screen_complete) {
    const second = screen.not_assessed.some((flag) => flag.second_line);
    const first = word(none ? "answer.first_line_none" : "answer.first_line_asked");
    return second ? [first, word("answer.second_line_open")] : [first];
  }
  if (urgency === "emergency") return [word("answer.still_open", { open: openWords(screen) })];
  const asked = Object.keys(state.now.exam.red_flags ?? {}).length > 0;
  return none && asked ? [word("answer.none_so_far")] : [];
}
