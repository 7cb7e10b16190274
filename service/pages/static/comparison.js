// What has changed since an earlier examination.

import { element } from "./elements.js";
import { chips, sources } from "./links.js";
import { label, said } from "./vocabulary.js";
import { word } from "./words.js";

// The deficit in both legs has this pointer where it is seen from the examination of both, and not stated.
const SEEN = { "/other_leg": "/red_flags/bilateral_neurologic_deficit" };

/**
 * One change in words: `Great toe extension: MRC 5 → MRC 4, worse`.
 * @param {{finding: string, was: unknown, now: unknown, direction: string, marked: boolean}} change
 */
export function changeWords({ finding, was, now, direction, marked }) {
  const pointer = SEEN[finding] ?? finding;
  const way = word(`answer.way_${direction}`);
  const places = { finding: label(pointer), was: said(pointer, was), now: said(pointer, now), way };
  return word(marked ? "answer.change" : "answer.change_small", places);
}

/**
 * @param {object|null} found
 * @param {Record<string, object>} citations
 */
export function comparison(found, citations) {
  if (!found) return null;
  const again = found.not_tested_again;
  return element(
    "section",
    { class: "comparison" },
    element("h3", {}, since(found)),
    found.changes.length > 0 &&
      element("ul", {}, found.changes.map((each) => element(`li.${each.direction}`, {}, changeWords(each)))),
    element("p", {}, found.text),
    again.length > 0 && element("p.quiet", {}, word("answer.not_tested_again")),
    again.length > 0 && chips(again),
    sources(found, citations),
  );
}

/**
 * Since when, as a heading.
 * @param {{previous_examined_at: ?string}} found
 */
export function since({ previous_examined_at: then }) {
  if (!then) return word("answer.comparison");
  const date = new Date(then).toLocaleDateString(document.documentElement.lang, { dateStyle: "long" });
  return word("answer.comparison_on", { date });
}
