// The drawing: mark where it hurts and tingles, by tap or by key. What it stands on is in marks.js, the shading of roots
// in shading.js.

import { announce, element } from "./elements.js";
import { astray, deny, KINDS, mark, marksOf, sidesOf, standing } from "./marks.js";
import { startShading } from "./shading.js";
import { state } from "./state.js";
import { label } from "./vocabulary.js";
import { word } from "./words.js";

const CYCLE = [[], ["pain"], ["pain", "tingling"], ["tingling"]];
const SVG = "http://www.w3.org/2000/svg";
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const NARROW = ["fifth_toe"]; // drawn as small as they are, and reached from a little beside them

/**
 * @param {HTMLElement} root holds the views
 */
export function startBody(root) {
  const regions = [...root.querySelectorAll(".region")];
  root.querySelectorAll(".body-view").forEach(startView);
  regions.forEach(overlay);
  root.append(...below(regions));

  root.addEventListener("click", ({ target }) => {
    const region = target.closest?.("[data-region]");
    if (!region) return;
    if (region.matches(".region:not([data-echo])")) region.focus({ preventScroll: true });
    cycle(region);
  });
  root.addEventListener("keydown", byKey);
  state.subscribe(() => show(root, regions));
  show(root, regions);
  startShading(regions, root.querySelector(".legend.roots"));
}

const name = (region) => label(`/examination/sensation/${region}`);
const marksAt = (marks, { region, side }) =>
  KINDS.filter((kind) => sidesOf({ side }).some((each) => marks[kind][each].includes(region)));
const reachable = (view) => [...view.querySelectorAll(".region:not([data-echo])")];

/** One stop of the tab key in each view, the ring around it, and the name of what is pointed at below. */
function startView(view) {
  const caption = view.parentElement.querySelector("figcaption");
  const ring = shape("ring");
  view.append(ring);
  view.querySelectorAll("[data-echo]").forEach((each) => each.setAttribute("aria-hidden", "true"));
  reachable(view).forEach((region, at) => {
    region.setAttribute("role", "button");
    region.setAttribute("tabindex", at === 0 ? "0" : "-1");
  });
  // The listeners stand on the figure: a drawing that has one of focus takes the focus itself in Chromium.
  const figure = view.parentElement;
  const named = ({ target }) => {
    const region = target.closest(".region");
    caption.textContent = region ? region.dataset.said : view.getAttribute("aria-label");
    caption.classList.toggle("named", Boolean(region));
  };
  figure.addEventListener("pointerover", named);
  figure.addEventListener("pointerleave", named);
  figure.addEventListener("focusin", (event) => {
    const { target } = event;
    reachable(view).forEach((each) => each.setAttribute("tabindex", each === target ? "0" : "-1"));
    if (target.matches(":focus-visible")) copyOf(target, ring);
    ring.setAttribute("transform", target.parentElement.getAttribute("transform"));
    named(event);
  });
  figure.addEventListener("focusout", () => {
    ring.removeAttribute("href");
    named({ target: view });
  });
}

function shape(kind) {
  const made = document.createElementNS(SVG, "use");
  made.setAttribute("class", kind);
  return made;
}

function copyOf(region, to) {
  to.setAttribute("href", region.getAttribute("href"));
  return to;
}

/** Marks lie above the shading and take no taps. */
function overlay(region) {
  region.after(copyOf(region, shape("mark")));
  if (!NARROW.includes(region.dataset.region) || "echo" in region.dataset) return;
  const reach = copyOf(region, shape("reach"));
  Object.assign(reach.dataset, { region: region.dataset.region, side: region.dataset.side });
  region.nextElementSibling.after(reach);
}

function cycle({ dataset }) {
  const kinds = marksAt(marksOf(state.now), dataset).join();
  const at = CYCLE.findIndex((each) => each.join() === kinds);
  become(dataset, CYCLE[(at + 1) % CYCLE.length]);
}

function become(dataset, kinds) {
  state.change((draft) => mark(draft, dataset, kinds));
  announce(spoken(dataset, kinds));
}

function spoken({ region, side }, kinds, view = null) {
  const where = word(`body.side_${side}`, { region: name(region) });
  const place = view ? word("body.in_view", { where, view }) : where;
  return word("body.marked", { where: place, kinds: word(`body.${kinds.join("_") || "nothing"}`) });
}

function byKey(event) {
  const region = event.target.closest?.(".region");
  if (!region || event.ctrlKey || event.metaKey || event.altKey) return;
  const all = reachable(region.closest(".body-view"));
  const kinds = marksAt(marksOf(state.now), region.dataset);
  const toggled = (kind) => KINDS.filter((each) => (each === kind) !== kinds.includes(each));
  const { key } = event;
  if (key in WAYS) nearest(region, all, WAYS[key]).focus();
  else if (key === "Home") all[0].focus();
  else if (key === "End") all.at(-1).focus();
  else if (key === "Enter" || key === " ") cycle(region);
  else if (key === "p") become(region.dataset, toggled("pain"));
  else if (key === "t") become(region.dataset, toggled("tingling"));
  else if (key === "Delete" || key === "Backspace") become(region.dataset, []);
  else return;
  event.preventDefault();
}

/** The region that is next in a direction: beyond the edge of this one, or else beyond its middle; near, and not far aside. */
function nearest(from, all, [across, down]) {
  const box = from.getBoundingClientRect();
  const here = middle(from);
  const edge = (Math.abs(across) * box.width + Math.abs(down) * box.height) / 2;
  const far = (beyond) => (each) => {
    const there = middle(each);
    const [x, y] = [there.x - here.x, there.y - here.y];
    const along = x * across + y * down;
    return along <= beyond + 1 ? Infinity : along + 2 * Math.abs(x * down + y * across);
  };
  for (const measure of [far(edge - 1), far(0)]) {
    const best = all.reduce((one, other) => (measure(other) < measure(one) ? other : one), from);
    if (best !== from) return best;
  }
  return from;
}

function middle(region) {
  const box = region.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** What stands below the views: the legend, what was not asked, and every region by its name. */
function below(regions) {
  const denials = KINDS.map((kind) =>
    element(
      "button",
      { type: "button", "data-deny": kind, onclick: () => state.change((draft) => deny(draft, kind)) },
      word(`body.no_${kind}`),
    ),
  );
  const names = [...new Set(regions.map((each) => each.dataset.region))];
  const rows = names.map((region) => {
    const sides = [...new Set(regions.filter((each) => each.dataset.region === region).map((each) => each.dataset.side))];
    return element(
      "li",
      {},
      element("span", {}, name(region)),
      sides.sort().map((side) => element("button", { type: "button", "data-region": region, "data-side": side })),
    );
  });
  return [
    element("p.legend", {}, KINDS.map((kind) => element("span", {}, element(`span.chip.${kind}`), word(`body.${kind}`)))),
    element("div.legend.roots"),
    element("p.denials", {}, denials),
    element("p.quiet.open", { role: "status" }),
    element("p.notice.astray", { role: "status", hidden: true }),
    element("details.by-name", {}, element("summary", {}, word("body.by_name")), element("ul", {}, rows)),
  ];
}

function show(root, regions) {
  const marks = marksOf(state.now);
  const first = new Set();
  for (const region of regions) {
    const { dataset } = region;
    const kinds = marksAt(marks, dataset);
    const key = `${dataset.region} ${dataset.side}`;
    const view = first.has(key) ? region.closest(".body-view").getAttribute("aria-label") : null;
    if (!("echo" in dataset)) {
      first.add(key);
      region.setAttribute("aria-label", spoken(dataset, kinds, view));
    }
    dataset.said = spoken(dataset, kinds);
    region.nextElementSibling.setAttribute("fill", kinds.length ? `url(#body-${kinds.join("-")})` : "none");
    region.classList.toggle("marked", kinds.length > 0);
    if (region.matches(":focus, :hover")) region.closest("figure").querySelector("figcaption").textContent = dataset.said;
  }
  for (const button of root.querySelectorAll(".by-name button")) {
    const kinds = marksAt(marks, button.dataset);
    const where = word(`body.only_${button.dataset.side}`);
    button.textContent = kinds.length ? `${where}: ${word(`body.${kinds.join("_")}`)}` : where;
    button.setAttribute("aria-label", spoken(button.dataset, kinds));
    button.classList.toggle("marked", kinds.length > 0);
  }
  showStanding(root);
}

function showStanding(root) {
  const { exam } = state.now;
  for (const kind of KINDS) {
    const button = root.querySelector(`[data-deny="${kind}"]`);
    button.disabled = standing(exam, kind) === "some";
    button.setAttribute("aria-pressed", String(standing(exam, kind) === "none"));
  }
  const open = KINDS.filter((kind) => standing(exam, kind) === "open").map((kind) => word(`body.open_${kind}`));
  root.querySelector(".open").textContent = open.join(" ");
  const note = root.querySelector(".astray");
  note.hidden = !astray(state.now);
  note.textContent = note.hidden ? "" : word("body.astray", { side: word(`body.only_${exam.history.side}`) });
}
