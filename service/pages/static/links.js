// What leads elsewhere: chips to the controls of items, and the sources of a statement.

import { element } from "./elements.js";
import { jump } from "./entry.js";
import { label } from "./vocabulary.js";
import { word } from "./words.js";

/**
 * Items to go to, each once.
 * @param {string[]} pointers
 */
export function chips(pointers) {
  return element(
    "ul.chips",
    {},
    [...new Set(pointers)].map((pointer) =>
      element(
        "li",
        {},
        element("button", { type: "button", "data-key": `chip ${pointer}`, onclick: () => jump(pointer) }, label(pointer)),
      ),
    ),
  );
}

/**
 * The sources of a statement and the rule that makes it, one tap away.
 * @param {{rule_id: string, citations: string[]}} said
 * @param {Record<string, object>} citations
 */
export function sources(said, citations) {
  return element(
    "details.sources",
    { "data-key": `sources ${said.rule_id}` },
    element("summary", {}, word("answer.sources"), element("span.unseen", {}, ` ${said.rule_id}`)),
    element(
      "ul",
      {},
      said.citations.map((key) => element("li", {}, source(citations[key]))),
      element("li", {}, element("a", { href: `rules#${said.rule_id}` }, word("answer.rule", { id: said.rule_id }))),
    ),
  );
}

function source(cited) {
  if (!cited) return word("answer.none");
  const year = cited.year ? ` (${cited.year})` : "";
  const text = `${cited.authors}: ${cited.title}. ${cited.published_in}${year}`;
  const address = cited.doi ? `https://doi.org/${cited.doi}` : cited.url;
  if (!address?.startsWith("https://")) return text;
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}
