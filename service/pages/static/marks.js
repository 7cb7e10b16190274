// Marks of pain and tingling on both legs, and what the contract makes of them: one list of regions, and one side.

import { get, put } from "./state.js";

export const KINDS = ["pain", "tingling"];
const LISTS = { pain: "/history/pain_locations", tingling: "/history/paresthesia_locations" };
const SIDES = ["left", "right"];
const MIDLINE = "low_back";

/** @typedef {{pain: {left: string[], right: string[]}, tingling: {left: string[], right: string[]}}} Marks */
/** @typedef {{exam: object, page: object}} Entry */

/**
 * The sides that a shape of the drawing stands for.
 * @param {{side: string}} shape
 * @returns {string[]}
 */
export function sidesOf({ side }) {
  return side === "both" ? SIDES : [side];
}

/**
 * The marks that are shown: those that were made, as far as the lists of the examination still hold them. A region that
 * came into a list without a mark is shown on the stated side, or on both.
 * @param {Entry} entry
 * @returns {Marks}
 */
export function marksOf(entry) {
  const made = madeIn(entry);
  const side = entry.exam.history?.side;
  const shown = SIDES.includes(side) ? [side] : SIDES;
  for (const kind of KINDS) {
    const found = listed(entry.exam, kind).filter((region) => !SIDES.some((each) => made[kind][each].includes(region)));
    for (const region of found) {
      for (const each of region === MIDLINE ? SIDES : shown) made[kind][each].push(region);
    }
  }
  return made;
}

/**
 * Mark a region in a draft of the state with these kinds and no other: its lists, and the side unless somebody stated it.
 * @param {Entry} draft
 * @param {{region: string, side: string}} shape
 * @param {string[]} kinds
 */
export function mark(draft, shape, kinds) {
  const { region } = shape;
  const shown = marksOf(draft);
  const made = madeIn(draft);
  const touched = sidesOf(shape);
  for (const kind of KINDS) {
    const has = (side) => (touched.includes(side) ? kinds.includes(kind) : shown[kind][side].includes(region));
    // What only came with a list gets its side once it is touched.
    if (touched.every((side) => has(side) === shown[kind][side].includes(region))) continue;
    for (const side of SIDES) {
      const rest = made[kind][side].filter((each) => each !== region);
      made[kind][side] = has(side) ? [...rest, region].sort() : rest;
    }
    const rest = listed(draft.exam, kind).filter((each) => each !== region);
    const regions = SIDES.some(has) ? [...rest, region].sort() : rest;
    // The last mark that is taken away leaves the question open: nobody said that it hurts nowhere.
    put(draft.exam, LISTS[kind], regions.length ? regions : undefined);
  }
  keep(draft, made);
}

/**
 * Say that there is no such mark anywhere: asked, and none. Said again, it is open again.
 * @param {Entry} draft
 * @param {string} kind
 */
export function deny(draft, kind) {
  put(draft.exam, LISTS[kind], standing(draft.exam, kind) === "none" ? undefined : []);
  keep(draft, madeIn(draft));
}

/**
 * What an examination says of one kind: `open` (not asked), `none`, or `some`.
 * @param {object} exam
 * @param {string} kind
 */
export function standing(exam, kind) {
  const list = get(exam, LISTS[kind]);
  if (list === undefined) return "open";
  return list.length ? "some" : "none";
}

/**
 * The marks once somebody has stated the side: those of the one other leg move over, for they were made on the wrong one.
 * @param {Marks | undefined} marks
 * @param {string | undefined} side
 */
export function mirrored(marks, side) {
  if (!marks || !SIDES.includes(side)) return marks;
  const was = sideOf(marks);
  if (was === side || was === "bilateral" || was === undefined) return marks;
  return Object.fromEntries(KINDS.map((kind) => [kind, { left: marks[kind].right, right: marks[kind].left }]));
}

/**
 * Whether marks are on the leg that was not stated as the one that hurts.
 * @param {Entry} entry
 */
export function astray(entry) {
  const side = entry.exam.history?.side;
  const marked = sideOf(madeIn(entry));
  return SIDES.includes(side) && marked !== undefined && marked !== side;
}

function listed(exam, kind) {
  return get(exam, LISTS[kind]) ?? [];
}

function madeIn({ exam, page }) {
  return Object.fromEntries(
    KINDS.map((kind) => {
      const list = listed(exam, kind);
      const of = (side) => (page.marks?.[kind][side] ?? []).filter((region) => list.includes(region));
      return [kind, { left: of("left"), right: of("right") }];
    }),
  );
}

function keep(draft, made) {
  const any = KINDS.some((kind) => SIDES.some((side) => made[kind][side].length));
  put(draft.page, "/marks", any ? made : undefined);
  if (!draft.page.side_stated) put(draft.exam, "/history/side", sideOf(made));
}

/** The side of the marks; the low back is of neither. */
function sideOf(marks) {
  const marked = SIDES.filter((side) => KINDS.some((kind) => marks[kind][side].some((region) => region !== MIDLINE)));
  return marked.length === 2 ? "bilateral" : marked[0];
}
