// The words of the page, which the service sends with it in the language of the reader.

const said = JSON.parse(document.getElementById("words")?.textContent ?? "{}");

/**
 * A text by `section.code`, with values in its places; the code itself where it is missing.
 * @param {string} name
 * @param {Record<string, unknown>} places
 * @returns {string}
 */
export function word(name, places = {}) {
  const text = said[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (place, key) => String(places[key] ?? place));
}

/**
 * Whether there is such a text.
 * @param {string} name
 */
export function hasWord(name) {
  return name in said;
}
