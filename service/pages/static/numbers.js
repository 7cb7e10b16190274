// Numbers as they are typed, with a point or a comma, and whether one is possible yet.

const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/;

/**
 * The number that was typed; undefined for none, NaN for what is no number. A field of type `number` would pass over a
 * comma in silence, and make 455 of 45,5.
 * @param {string} text
 * @returns {number | undefined}
 */
export function numberOf(text) {
  const typed = text.trim();
  if (typed === "") return undefined;
  return NUMBER.test(typed) ? Number(typed.replace(",", ".")) : NaN;
}

/**
 * Whether a field holds what no patient can have: 4 on the way to 44 is no age of an adult.
 * @param {Element | null} field
 */
export function isHalfTyped(field) {
  if (!field?.matches("[inputmode=decimal]")) return false;
  const number = numberOf(field.value);
  return number !== undefined && !(number >= Number(field.dataset.low ?? -Infinity) && number <= Number(field.dataset.high ?? Infinity));
}
