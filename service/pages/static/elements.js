// Building what is shown: elements from names, attributes and contents, always as text.

import { word } from "./words.js";

/**
 * @param {string} name as `p.quiet`
 * @param {Record<string, unknown>} attributes attributes; `on…` are listeners, true sets an empty one, null leaves it out
 * @param {...(Node|string|null|undefined|Array)} content
 * @returns {HTMLElement}
 */
export function element(name, attributes = {}, ...content) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...content.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return made;
}

/**
 * A part of the answer under its heading.
 * @param {string} name
 * @param {...unknown} content
 */
export function section(name, ...content) {
  return element("section", { class: name }, element("h3", {}, word(`answer.${name}`)), ...content);
}

/**
 * Let a button act, or not. One that does not act keeps the focus, which a disabled one would throw to the top of the page.
 * @param {HTMLElement} button
 * @param {boolean} does
 */
export function enable(button, does) {
  button.setAttribute("aria-disabled", String(!does));
}

/**
 * Do something at a tap on a button, unless it says that it does nothing just now.
 * @param {HTMLElement} button
 * @param {() => void} act
 */
export function onTap(button, act) {
  button.addEventListener("click", () => button.getAttribute("aria-disabled") !== "true" && act());
}

/**
 * Say something to those who do not see the page.
 * @param {string} text
 * @param {{alarm?: boolean}} how `alarm` interrupts what is being said
 */
export function announce(text, { alarm = false } = {}) {
  const place = document.getElementById(alarm ? "alarm" : "announced");
  if (place) place.textContent = text;
}
