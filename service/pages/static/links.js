// What leads elsewhere: chips to the controls of items, and the sources of a statement.

import { element } from "./elements.js";
import { jump } from "./entry.js";
import { label, nearest } from "./vocabulary.js";
import { word } from "./words.js";

const AT_ONCE = 6; // chips; the others are one tap away

/**
 * Items to go to, each once; what is not on the page is named and leads nowhere.
 * @param {string[]} pointers
 * @returns {HTMLElement[]}
 */
export function chips(pointers) {
  const each = [...new Set(pointers)];
  const left = each.slice(AT_ONCE);
  const shown = listed(each.slice(0, AT_ONCE));
  if (left.length === 0) return [shown];
  const more = element("summary", {}, word("form.more", { count: left.length }));
  return [shown, element("details", { "data-key": "more" }, more, listed(left))];
}

function listed(pointers) {
  return element(
    "ul.chips",
    {},
    pointers.map((pointer) => element("li", {}, nearest(pointer) ? chip(pointer) : label(pointer))),
  );
}

function chip(pointer) {
  return element("button", { type: "button", "data-key": `chip ${pointer}`, onclick: () => jump(pointer) }, label(pointer));
}

/**
 * The sources of a statement and the rules that make it, one tap away.
 * @param {{rule_id?: string, rule_ids?: string[], citations: string[]}} said
 * @param {Record<string, object>} citations
 * @param {string} heading
 */
export function sources(said, citations, heading = word("answer.sources")) {
  const rules = said.rule_ids ?? [said.rule_id];
  return element(
    "details.sources",
    { "data-key": `sources ${rules[0]}` },
    element("summary", {}, heading, element("span.unseen", {}, ` ${rules[0]}`)),
    element(
      "ul",
      {},
      said.citations.map((key) => element("li", {}, source(citations[key], key))),
      rules.map((id) =>
        element("li", {}, element("a", { href: `rules#${id}`, "data-key": `rule ${id}` }, word("answer.rule", { id }))),
      ),
    ),
  );
}

function source(cited, key) {
  if (!cited) return key;
  const year = cited.year ? ` (${cited.year})` : "";
  const text = `${cited.authors}: ${cited.title}. ${cited.published_in}${year}`;
  const address = cited.doi ? `https://doi.org/${cited.doi}` : cited.url;
  if (!address?.startsWith("https://")) return text;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer", "data-key": `source ${key}` }, text);
}
