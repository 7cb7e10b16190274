// The red flags that are up, and those that nobody asked for yet.

import { actions } from "./banner.js";
import { element, section } from "./elements.js";
import { chips, sources } from "./links.js";
import { label } from "./vocabulary.js";
import { word } from "./words.js";

/**
 * What red flags are called, by the ids of their rules.
 * @param {string[]} ids
 * @param {object[]} present red flags
 */
export function namesOf(ids, present) {
  return ids.map((id) => present.find((flag) => flag.rule_id === id)?.label ?? id).join(", ");
}

/**
 * The red flags that are up; what the banner says to do about them is not said again.
 * @param {object} screen
 * @param {Record<string, object>} citations
 */
export function flags({ present }, citations) {
  if (present.length === 0) return null;
  const above = actions(present);
  const because = (each) => each.because.map(label).filter((name) => name !== each.label);
  const flag = (each) =>
    element(
      `li.flag.${each.urgency}`,
      {},
      element("p", {}, element("strong", {}, each.label), above.includes(each.action) ? "" : ` – ${each.action}`),
      because(each).length > 0 && element("p.quiet", {}, word("answer.because", { findings: because(each).join(", ") })),
      each.supported_by.length > 0 &&
        element("p.quiet", {}, word("answer.supported", { flags: namesOf(each.supported_by, present) })),
      !each.overrides && element("p.quiet", {}, word("answer.not_overriding")),
      sources(each, citations),
    );
  return section("flags", element("ul.plain", {}, present.map(flag)));
}

/**
 * What was not asked, to go to.
 * @param {object} screen
 */
export function toAsk({ not_assessed: open }) {
  const of = (second) => open.filter((flag) => flag.second_line === second).flatMap((flag) => flag.ask);
  const [first, second] = [of(false), of(true)];
  if (first.length + second.length === 0) return null;
  return section(
    "ask",
    first.length > 0 && chips(first),
    second.length > 0 && element("p.quiet", {}, word("answer.ask_second")),
    second.length > 0 && chips(second),
  );
}
