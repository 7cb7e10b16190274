// What is printed: one page, whatever was entered. The type gets smaller; then something is left out, and that is said.

import { element } from "./elements.js";
import { joined } from "./summary.js";
import { word } from "./words.js";

const MILLIMETRE = 96 / 25.4; // CSS pixels
const HEIGHT = 252 * MILLIMETRE; // of US Letter, the shorter one, within margins of 10 mm and a little to spare
const SHEET = [10, 9.5, 9, 8.5, 8, 7.5, 7.25, 7, 6.75, 6.5]; // pt
const LEAFLET = [17, 16, 15, 14, 13, 12, 11, 10, 9];
const CUTS = [
  { drawing: true, sources: true, normal: true },
  { drawing: true, sources: false, normal: true },
  { drawing: true, sources: false, normal: false },
  { drawing: false, sources: false, normal: false },
];

/**
 * Fill the sheet with a summary, as large as one page allows.
 * @param {HTMLElement} sheet
 * @param {import("./summary.js").Summary} summary
 */
export function fillSheet(sheet, summary) {
  for (const cut of CUTS) {
    sheet.classList.toggle("dense", !cut.sources);
    sheet.replaceChildren(...head(summary, cut), columns(summary, cut));
    if (fits(sheet, SHEET)) return;
  }
}

/**
 * Fill the sheet with the leaflet.
 * @param {HTMLElement} sheet
 * @param {HTMLElement[]} content
 */
export function fillLeaflet(sheet, content) {
  sheet.classList.remove("dense");
  sheet.replaceChildren(...content);
  fits(sheet, LEAFLET);
}

function fits(sheet, sizes) {
  return sizes.some((size) => {
    sheet.style.fontSize = `${size}pt`;
    return sheet.getBoundingClientRect().height <= HEIGHT;
  });
}

function head({ title, time, urgency, notes, marked }, cut) {
  const blank = (name) => element("p.blank", {}, word(`takeaway.${name}`));
  const drawn = marked && cut.drawing ? drawing() : [];
  return [
    element(
      "div.head",
      {},
      element(
        "div",
        {},
        element("h2", {}, title),
        element("p", {}, time),
        element("div.blanks", {}, blank("person"), blank("by"), blank("at_place")),
        notes.map((note) => element("p.noted", {}, note)),
        marked && !cut.drawing && noted("takeaway.left_out_drawing"),
      ),
      drawn.length > 0 &&
        element("div", {}, element("div.drawn", {}, drawn), element("p", {}, word("takeaway.drawing"))),
    ),
    urgency && element("div.urgency", {}, [urgency.text, ...urgency.actions].map((text) => element("p", {}, text))),
  ].filter(Boolean);
}

/** The views of the drawing with what is marked on them, in black: the shading of roots is for the screen. */
function drawing() {
  return [...document.querySelectorAll("#body svg")].map((view) => {
    const copy = view.cloneNode(true);
    for (const each of [copy, ...copy.querySelectorAll("*")]) {
      // So small, lines have to be further apart.
      if (each.tagName === "pattern") coarsen(each);
      for (const name of ["aria-label", "role", "style", "tabindex"]) each.removeAttribute(name);
      // Patterns of their own: those of the page are not drawn where the page is hidden.
      if (each.id) each.id = `sheet-${each.id}`;
      for (const name of ["fill", "href"]) {
        const named = each.getAttribute(name);
        if (named?.includes("#")) each.setAttribute(name, named.replace("#", "#sheet-"));
      }
    }
    return copy;
  });
}

function coarsen(pattern) {
  pattern.setAttribute("patternTransform", `scale(2.4) ${pattern.getAttribute("patternTransform") ?? ""}`);
}

function columns({ sections }, cut) {
  const shown = sections.filter((each) => cut.sources || each.code !== "sources");
  const blocks = shown.map((each) => block(each, cut));
  return element("div.columns", {}, blocks, !cut.sources && noted("takeaway.left_out_sources"));
}

function block({ code, heading, lines }, cut) {
  const left = lines.flatMap((each) => each.parts).filter((part) => part.normal && !cut.normal);
  return element(
    `section.of-${code}`,
    {},
    element("h3", {}, heading),
    lines.map(({ name, parts }) => {
      const kept = parts.filter((part) => cut.normal || !part.normal);
      return kept.length > 0 && element("p", {}, name && element("strong", {}, `${name}: `), joined(kept));
    }),
    left.length > 0 && noted("takeaway.left_out_normal", { count: left.reduce((sum, { count }) => sum + count, 0) }),
  );
}

function noted(name, places) {
  return element("p.noted", {}, word(name, places));
}
