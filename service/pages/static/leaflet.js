// The leaflet for the person: the sentences that the rules say to them, and nothing of what they say to the clinician.

import { element } from "./elements.js";
import { word } from "./words.js";

const DAY = 86_400_000; // ms

/**
 * Paragraphs under headings, in the order in which they matter; `warns` are warning signs.
 * @param {object} answer
 * @param {Date} at when it was examined
 * @returns {{heading: string, texts: string[], warns?: boolean}[]}
 */
export function leafletOf({ urgency, impression, comparison, management }, at) {
  const { recommendations, follow_up: after } = management;
  const said = (wanted) => recommendations.filter((each) => wanted(each.category)).map((each) => each.text_for_patient);
  const of = (category) => said((each) => each === category);
  const rest = said((each) => each !== "safety_net" && each !== "follow_up");
  const by = after.within_days > 0 && word("takeaway.leaflet_by", { date: dayOf(at, after.within_days) });
  // In an emergency the way to the hospital is all there is to say, and it comes first.
  const parts =
    urgency === "emergency"
      ? [part("now", [impression.text_for_patient, ...rest, ...of("safety_net")], true)]
      : [
          part("what", [impression.text_for_patient]),
          part("since", [comparison?.text_for_patient]),
          part("do", rest),
          part("watch", of("safety_net"), true),
          part("again", [by, ...of("follow_up")]),
        ];
  return parts.filter(({ texts }) => texts.length > 0);
}

function part(name, texts, warns = false) {
  return { heading: word(`takeaway.leaflet_${name}`), texts: [...new Set(texts.filter(Boolean))], warns };
}

function dayOf(at, days) {
  const written = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
  return new Date(at.getTime() + days * DAY).toLocaleDateString(document.documentElement.lang, written);
}

/**
 * @param {ReturnType<typeof leafletOf>} parts
 * @param {Date} at
 * @returns {HTMLElement[]}
 */
export function leafletElements(parts, at) {
  const blank = (name) => element("p.blank", {}, word(`takeaway.${name}`));
  return [
    element("h2", {}, word("takeaway.leaflet_title")),
    ...parts.map(({ heading, texts, warns }) =>
      element(
        warns ? "section.warns" : "section",
        {},
        element("h3", {}, heading),
        texts.map((text) => element("p", {}, text)),
      ),
    ),
    element("div.blanks", {}, blank("leaflet_for"), blank("leaflet_call"), element("p.quiet", {}, dayOf(at, 0))),
  ];
}

/**
 * The dialog that shows the leaflet; the focus goes back to where it was when it is closed.
 * @param {() => void} print
 * @returns {{show: (content: HTMLElement[]) => void, shown: () => boolean}}
 */
export function leafletDialog(print) {
  const held = element("div");
  const button = (name, style, act) =>
    element(`button${style}`, { type: "button", onclick: act }, word(`takeaway.${name}`));
  const dialog = element(
    "dialog.leaflet",
    { "aria-label": word("takeaway.leaflet") },
    held,
    element("p.buttons", {}, button("print", ".main", print), button("close", "", () => dialog.close())),
  );
  dialog.addEventListener("close", () => held.replaceChildren());
  document.body.append(dialog);
  return {
    show(content) {
      held.replaceChildren(...content);
      dialog.showModal();
    },
    shown: () => dialog.open,
  };
}
