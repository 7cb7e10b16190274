// What the items of the examination are called, read from the form: there is no second list.

import { hasWord, word } from "./words.js";

const LEG = /^\/(examination|other_leg)\//;
const BEFORE = "/previous_examination/";

/**
 * The control of an item or of a group of items.
 * @param {string} pointer
 * @returns {HTMLElement | null}
 */
export function control(pointer) {
  return document.querySelector(`[data-pointer="${CSS.escape(pointer)}"]`);
}

/**
 * The control of an item, or the first within a group; null where the page has none.
 * @param {string} pointer
 * @returns {HTMLElement | null}
 */
export function nearest(pointer) {
  return control(pointer) ?? document.querySelector(`[data-pointer^="${CSS.escape(`${pointer}/`)}"]`);
}

/**
 * What an item or a group of items is called in a list: `Great toe extension`, told apart from that of the other leg and
 * from that of last time.
 * @param {string} pointer
 * @returns {string}
 */
export function label(pointer) {
  if (pointer.startsWith(BEFORE)) return word("answer.last_time", { finding: label(pointer.slice(BEFORE.length - 1)) });
  const name = control(pointer)?.dataset.label ?? heading(pointer) ?? nearest(pointer)?.dataset.label;
  const finding = name ?? pointer.split("/").at(-1).replaceAll("_", " ");
  return pointer.startsWith("/other_leg/") ? word("answer.of_other_leg", { finding }) : finding;
}

/** What the form calls a group of items, as a part of the examination or of the page. */
function heading(pointer) {
  const code = pointer.split("/").at(-1);
  const named = [`form.part_${code}`, `form.nav_${code}`].find(hasWord);
  return named && word(named);
}

/**
 * What a value of an item is called: `4+`, `Reduced`, `yes`, `45°`.
 * @param {string} pointer
 * @param {unknown} value
 * @returns {string}
 */
export function said(pointer, value) {
  if (value === undefined || value === null) return word("answer.not_assessed");
  if (Array.isArray(value)) {
    return value.length ? value.map((each) => option(pointer, each)).join(", ") : word("answer.none");
  }
  if (typeof value === "object") {
    return Object.entries(value).map(([key, each]) => said(`${pointer}/${key}`, each)).join(", ");
  }
  return option(pointer, value);
}

function option(pointer, value) {
  const place = control(pointer);
  const input = place?.querySelector(`input[value="${CSS.escape(String(value))}"]`);
  if (input) return input.dataset.said ?? input.parentElement.textContent.trim();
  const region = place?.dataset.kind === "regions" ? control(`/examination/sensation/${value}`)?.dataset.label : null;
  if (region) return region;
  const unit = place?.dataset.unit;
  if (!unit) return String(value);
  const one = `unit.${unit}_one`;
  return word(value === 1 && hasWord(one) ? one : `unit.${unit}`, { value });
}

/**
 * How an item is examined, and what is normal; empty where there is nothing to say.
 * @param {string} pointer
 * @returns {string}
 */
export function how(pointer) {
  return control(pointer.replace(LEG, "/examination/"))?.querySelector("[popover] p")?.textContent ?? "";
}
