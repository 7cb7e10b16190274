// Marks of pain and tingling on both legs, and what the contract makes of them: one list of regions, and one side.

import { put } from "./state.js";

export const KINDS = ["pain", "tingling"];
const LISTS = { pain: "/history/pain_locations", tingling: "/history/paresthesia_locations" };
const SIDES = ["left", "right"];
const MIDLINE = "low_back";

/** No mark anywhere. */
export function unmarked() {
  return { pain: { left: [], right: [] }, tingling: { left: [], right: [] } };
}

/**
 * The marks that are shown. A list of the examination that has regions without marks (it came from elsewhere) is shown
 * on the stated side, or on both.
 * @param {{exam: object, page: object}} now
 */
export function marksOf({ exam, page }) {
  const marks = structuredClone(page.marks ?? unmarked());
  const side = exam.history?.side;
  for (const kind of KINDS) {
    const known = new Set(SIDES.flatMap((each) => marks[kind][each]));
    for (const region of exam.history?.[LISTS[kind].split("/").at(-1)] ?? []) {
      if (known.has(region)) continue;
      for (const each of SIDES.includes(side) ? [side] : SIDES) marks[kind][each].push(region);
    }
  }
  return marks;
}

/**
 * Put marks into a draft of the state: the lists, and the side unless somebody stated it.
 * @param {{exam: object, page: object}} draft
 * @param {object} marks
 */
export function place(draft, marks) {
  draft.page.marks = marks;
  for (const kind of KINDS) {
    const regions = [...new Set(SIDES.flatMap((side) => marks[kind][side]))].sort();
    // The last mark that is taken away leaves the question open: nobody said that it hurts nowhere.
    put(draft.exam, LISTS[kind], regions.length ? regions : undefined);
  }
  if (!draft.page.side_stated) put(draft.exam, "/history/side", sideOf(marks));
}

/**
 * Say that there is no such mark: asked, and none.
 * @param {{exam: object, page: object}} draft
 * @param {string} kind
 */
export function deny(draft, kind) {
  const marks = marksOf(draft);
  marks[kind] = { left: [], right: [] };
  place(draft, marks);
  put(draft.exam, LISTS[kind], []);
}

/**
 * What an examination says of one kind: `open` (not asked), `none`, or `some`.
 * @param {object} exam
 * @param {string} kind
 */
export function standing(exam, kind) {
  const list = exam.history?.[LISTS[kind].split("/").at(-1)];
  if (list === undefined) return "open";
  return list.length ? "some" : "none";
}

/**
 * The marks once somebody has stated the side: those of the one other leg move over, for they were made on the wrong one.
 * @param {object | undefined} marks
 * @param {string | undefined} side
 */
export function mirrored(marks, side) {
  if (!marks || !SIDES.includes(side)) return marks;
  const was = sideOf(marks);
  if (was === side || was === "bilateral" || was === undefined) return marks;
  return Object.fromEntries(KINDS.map((kind) => [kind, { left: marks[kind].right, right: marks[kind].left }]));
}

/** The side of the marks; the low back is of neither. */
function sideOf(marks) {
  const marked = SIDES.filter((side) => KINDS.some((kind) => marks[kind][side].some((region) => region !== MIDLINE)));
  if (marked.length === 2) return "bilateral";
  return marked[0];
}
