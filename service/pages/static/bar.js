// The line at the foot of a small screen: how urgent, as long as the banner is out of sight, and the way there and back.

import { element } from "./elements.js";
import { jump } from "./entry.js";
import { word } from "./words.js";

const SEEN = 0.5; // of the banner, from which on the line has nothing to add

/**
 * What the line says.
 * @typedef {{urgency: string, to: string, strong: string, text: string}} Line
 */

/**
 * @param {HTMLElement} bar
 * @param {HTMLElement} answer the part of the page that holds the answer
 * @param {HTMLElement} form
 * @returns {(line: ?Line) => void} says another line, or none
 */
export function startBar(bar, answer, form) {
  const there = element("a");
  const back = element("button", { type: "button" }, word("form.back"));
  let line = null;
  let left = null;
  let bannerSeen = false;
  let answerSeen = false;
  bar.replaceChildren(there, back);

  const banners = new IntersectionObserver(([{ intersectionRatio: seen }]) => {
    bannerSeen = seen >= SEEN;
    show();
  }, { threshold: [0, SEEN] });
  // In the answer is who has it over the middle of the screen.
  const answers = new IntersectionObserver(([{ isIntersecting }]) => {
    answerSeen = isIntersecting;
    show();
  }, { rootMargin: "-50% 0% -50% 0%" });
  answers.observe(answer);
  form.addEventListener("focusin", ({ target }) => {
    left = target.closest("[data-pointer]")?.dataset.pointer ?? left;
    show();
  });
  back.addEventListener("click", () => jump(left));

  function show() {
    there.hidden = line === null || bannerSeen;
    back.hidden = !answerSeen || left === null;
    bar.hidden = there.hidden && back.hidden;
  }

  return (said) => {
    line = said;
    bar.className = said?.urgency ?? "";
    if (said) {
      there.href = said.to;
      const stale = element("em", {}, `${word("answer.stale_short")} `);
      there.replaceChildren(element("span", {}, stale, element("strong", {}, said.strong), ` ${said.text}`));
    }
    bannerSeen = false;
    banners.disconnect();
    const banner = answer.querySelector(".banner");
    if (banner) banners.observe(banner);
    show();
  };
}
