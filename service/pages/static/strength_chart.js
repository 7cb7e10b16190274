// The course of strength as small charts, one for a movement, and the same as words and as a table.

import { element } from "./elements.js";
import { label, said } from "./vocabulary.js";
import { word } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [170, 104];
const [LEFT, RIGHT, TOP, BOTTOM] = [16, 136, 8, 72];
const MOST = 5; // the grade of full strength

/**
 * @param {import("./strength_course.js").Course[]} courses
 * @param {import("./strength_course.js").Visit[]} visits
 * @returns {HTMLElement[]}
 */
export function chartsOf(courses, visits) {
  const span = [visits[0].time, visits.at(-1).time];
  const other = visits.filter(({ exchanged }) => exchanged).map(({ time }) => dayOf(time));
  return [
    other.length > 0 && element("p.notice", {}, word("takeaway.course_side", { dates: other.join(", ") })),
    element("ul.course", {}, courses.map((course) => chart(course, span))),
    element(
      "details",
      { "data-key": "course" },
      element("summary", {}, word("takeaway.course_table")),
      // It may be wider than the page: it is scrolled by key too.
      element(
        "div.wide",
        { tabindex: 0, role: "group", "aria-label": word("takeaway.course") },
        table(courses, visits),
      ),
    ),
  ].filter(Boolean);
}

function chart(course, span) {
  const words = wordsOf(course);
  return element(
    "li",
    {},
    element("strong", {}, label(course.pointer)),
    picture(course, span, word("takeaway.course_chart", { movement: label(course.pointer), course: words })),
    element(hasFallen(course.points) ? "p.down" : "p", {}, words),
  );
}

/** What became of the grade from one visit to the last one. */
function wordsOf({ pointer, points }) {
  if (points.at(-1).grade === "weak") return word("takeaway.course_weak");
  const [before, after] = points.filter(({ grade }) => grade !== "weak").slice(-2).map(({ grade }) => grade);
  const name = after < before ? "fell" : after > before ? "rose" : "same";
  return word(`takeaway.course_${name}`, { before: said(pointer, before), after: said(pointer, after) });
}

function hasFallen(points) {
  const [before, after] = points.filter(({ grade }) => grade !== "weak").slice(-2);
  return after.grade < before.grade;
}

function picture({ pointer, points }, [first, last], name) {
  const x = (time) => LEFT + ((RIGHT - LEFT) * (time - first)) / Math.max(last - first, 1);
  const y = (grade) => BOTTOM - ((BOTTOM - TOP) * grade) / MOST;
  const graded = points.filter(({ grade }) => grade !== "weak");
  const end = graded.at(-1);
  const grade = said(pointer, end.grade).replace(/^MRC /, "");
  const until = points.at(-1).now && points.at(-1).time === last ? word("takeaway.course_now") : dayOf(last);
  return svg(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
    [0, 1, 2, 3, 4, 5].map((grade) => svg("path", { class: "level", d: `M${LEFT} ${y(grade)}H${RIGHT}` })),
    [0, 3, 5].map((grade) => svg("text", { x: 2, y: y(grade) + 4 }, grade)),
    svg("polyline", { class: "joined", points: graded.map(({ time, grade }) => `${x(time)},${y(grade)}`).join(" ") }),
    graded.map(({ time, grade }, index) => mark(x(time), y(grade), index > 0 && grade < graded[index - 1].grade)),
    // How weak is not known: beside the scale, and joined to nothing.
    points
      .filter(({ grade }) => grade === "weak")
      .map(({ time }) => svg("rect", { class: "weak", x: x(time) - 4, y: BOTTOM + 3, width: 8, height: 8 })),
    svg("text", { class: "last", x: x(end.time) + 8, y: y(end.grade) + 4 }, grade),
    svg("text", { x: LEFT, y: HEIGHT - 4 }, dayOf(first)),
    svg("text", { x: RIGHT + 14, y: HEIGHT - 4, "text-anchor": "end" }, until),
  );
}

/** A grade that fell is a triangle that points down, every other one a circle. */
function mark(x, y, fell) {
  if (!fell) return svg("circle", { class: "graded", cx: x, cy: y, r: 4.5 });
  return svg("path", { class: "fell", d: `M${x - 6} ${y - 5}h12l-6 11z` });
}

function table(courses, visits) {
  const grade = (pointer, strength) => said(pointer, strength[pointer.split("/").at(-1)]);
  const columns = [word("takeaway.course_movement"), ...visits.map(columnOf)];
  return element(
    "table",
    {},
    element("thead", {}, element("tr", {}, columns.map((text) => element("th", { scope: "col" }, text)))),
    element(
      "tbody",
      {},
      courses.map(({ pointer }) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, label(pointer)),
          visits.map(({ strength }) => element("td", {}, grade(pointer, strength))),
        ),
      ),
    ),
  );
}

function columnOf({ time, now }) {
  return now ? word("takeaway.course_now") : dayOf(time);
}

function dayOf(time) {
  const written = { day: "numeric", month: "short", year: "2-digit" };
  return new Date(time).toLocaleDateString(document.documentElement.lang, written);
}

/** An element of SVG; its names are no others than those of this module. */
function svg(name, attributes, ...content) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...content.flat());
  return made;
}
