// Strength over time: asks for what is on record of the person whose key is entered, and has it drawn.

import { ask } from "./api.js";
import { element } from "./elements.js";
import { problemOf } from "./live.js";
import { get, state, textOf } from "./state.js";
import { word } from "./words.js";

const STILL = 700; // ms without a change before it is asked: a key is typed letter by letter

/**
 * @param {HTMLElement} root
 */
export function startStrength(root) {
  const told = element("p.quiet", { role: "status" });
  const drawn = element("div");
  root.replaceChildren(element("h3", {}, word("takeaway.course")), told, drawn);
  let key = null;
  let found = null; // what is on record under the key
  let asked = null;
  let timer = null;

  state.subscribe(look);
  document.addEventListener("answer", ({ detail }) => detail.recorded && key && search());
  document.addEventListener("signed-in", () => key && !found && search());
  window.addEventListener("online", () => key && !found && search());
  look();

  /** What is the same is not announced again. */
  function say(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  function look() {
    const stated = get(state.now.exam, "/patient/reference") ?? null;
    if (stated === key) return draw();
    key = stated;
    found = null;
    clearTimeout(timer);
    asked?.abort();
    drawn.replaceChildren();
    say(word(key ? "takeaway.course_asking" : "takeaway.course_why"));
    if (key) timer = setTimeout(search, STILL);
    return undefined;
  }

  async function search() {
    asked?.abort();
    const mine = (asked = new AbortController());
    try {
      const answer = await ask("v1/examinations/search", { body: { reference: key }, signal: mine.signal });
      const held = await answer.text();
      if (mine.signal.aborted) return;
      if (answer.ok) {
        found = JSON.parse(held);
        draw();
      } else {
        say(word("takeaway.course_failed", { detail: problemOf(held).detail ?? `(${answer.status})` }));
      }
    } catch {
      if (!mine.signal.aborted) say(word("takeaway.course_offline"));
    }
  }

  async function draw() {
    const of = found;
    if (!of) return;
    const loading = [import("./strength_course.js"), import("./strength_chart.js")];
    const modules = await Promise.all(loading).catch(() => null);
    if (of !== found) return; // another person meanwhile
    if (modules) show(...modules);
    else say(word("takeaway.course_offline"));
  }

  function show({ coursesOf, visitsOf }, { chartsOf }) {
    const { exam, page } = state.now;
    const count = found.examinations.length;
    const recorded = page.recorded?.exam === textOf(exam);
    const visits = visitsOf(found.examinations, exam, { at: Date.now(), recorded });
    const courses = count > 0 ? coursesOf(visits) : [];
    const reason = count === 0 ? "course_none" : courses.length === 0 ? "course_few" : "course_leg";
    say(word(`takeaway.${reason}`, { count }) + (found.complete ? "" : ` ${word("takeaway.course_part")}`));
    const open = drawn.querySelector("details")?.open;
    drawn.replaceChildren(...(courses.length > 0 ? chartsOf(courses, visits) : []));
    if (open) drawn.querySelector("details")?.setAttribute("open", "");
  }
}
