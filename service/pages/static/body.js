// The drawing: mark where it hurts and tingles by tap or key; after an answer the skin of each root shows how likely it is.

import { announce, element } from "./elements.js";
import { deny, KINDS, marksOf, place, standing } from "./marks.js";
import { percent } from "./percent.js";
import { state } from "./state.js";
import { control } from "./vocabulary.js";
import { word } from "./words.js";

const CYCLE = [[], ["pain"], ["pain", "tingling"], ["tingling"]];
const DEEPEST = 75; // per cent of the colour of a root whose probability is 1
const SVG = "http://www.w3.org/2000/svg";
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/**
 * @param {HTMLElement} root holds the views
 */
export function startBody(root) {
  const views = [...root.querySelectorAll(".body-view")];
  const regions = views.flatMap((view) => [...view.querySelectorAll(".region")]);
  views.forEach(nameView);
  regions.forEach(overlay);
  root.append(...below(root, regions));

  root.addEventListener("click", ({ target }) => {
    const region = target.closest?.("[data-region]");
    if (!region) return;
    if (region.matches(".region")) focusOn(region);
    cycle(region);
  });
  root.addEventListener("keydown", (event) => byKey(event, views));
  state.subscribe(() => show(root, regions));
  document.addEventListener("answer", ({ detail }) => shade(root, regions, detail.answer));
  document.addEventListener("answer-gone", () => shade(root, regions, null));
  show(root, regions);
}

const name = (region) => control(`/examination/sensation/${region}`)?.dataset.label ?? region;
const sidesOf = ({ side }) => (side === "both" ? ["left", "right"] : [side]);

function nameView(view) {
  view.setAttribute("role", "group");
  view.setAttribute("aria-label", word(`body.view_${view.dataset.view}`));
  view.querySelectorAll(".region").forEach((region, at) => {
    region.setAttribute("role", "button");
    region.setAttribute("tabindex", at === 0 ? "0" : "-1");
  });
}

/** Marks lie above the shading, and take no taps. */
function overlay(region) {
  const mark = document.createElementNS(SVG, "path");
  mark.setAttribute("d", region.getAttribute("d"));
  mark.setAttribute("class", "mark");
  region.after(mark);
}

function kindsAt(marks, { region, side }) {
  return KINDS.filter((kind) => sidesOf({ side }).some((each) => marks[kind][each].includes(region)));
}

function cycle({ dataset }) {
  const kinds = kindsAt(marksOf(state.now), dataset).join();
  const at = CYCLE.findIndex((each) => each.join() === kinds);
  mark(dataset, CYCLE[(at + 1) % CYCLE.length]);
}

function mark(dataset, kinds) {
  state.change((draft) => {
    const marks = marksOf(draft);
    for (const kind of KINDS) {
      for (const side of sidesOf(dataset)) {
        const rest = marks[kind][side].filter((each) => each !== dataset.region);
        marks[kind][side] = kinds.includes(kind) ? [...rest, dataset.region] : rest;
      }
    }
    place(draft, marks);
  });
  announce(spoken(dataset, kinds));
}

function spoken({ region, side }, kinds) {
  const where = word(`body.side_${side}`, { region: name(region) });
  return word("body.marked", { where, kinds: word(`body.${kinds.join("_") || "nothing"}`) });
}

function byKey(event, views) {
  const region = event.target.closest?.(".region");
  if (!region || event.ctrlKey || event.metaKey || event.altKey) return;
  const view = views.find((each) => each.contains(region));
  const all = [...view.querySelectorAll(".region")];
  const kinds = kindsAt(marksOf(state.now), region.dataset);
  const toggled = (kind) => KINDS.filter((each) => (each === kind) !== kinds.includes(each));
  const { key } = event;
  if (key in WAYS) focusOn(nearest(region, all, WAYS[key]));
  else if (key === "Home") focusOn(all[0]);
  else if (key === "End") focusOn(all.at(-1));
  else if (key === "Enter" || key === " ") cycle(region);
  else if (key === "p") mark(region.dataset, toggled("pain"));
  else if (key === "t") mark(region.dataset, toggled("tingling"));
  else if (key === "Delete" || key === "Backspace") mark(region.dataset, []);
  else return;
  event.preventDefault();
}

/** The region that is next in a direction: near, and not far aside. */
function nearest(from, all, [across, down]) {
  const here = middle(from);
  const far = (each) => {
    const there = middle(each);
    const [x, y] = [there.x - here.x, there.y - here.y];
    const along = x * across + y * down;
    return along <= 1 ? Infinity : along + 2 * Math.abs(x * down + y * across);
  };
  const best = all.reduce((one, other) => (far(other) < far(one) ? other : one), from);
  return far(best) === Infinity ? from : best;
}

function middle(region) {
  const box = region.getBoundingClientRect();
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

function focusOn(region) {
  region.closest(".body-view").querySelectorAll(".region").forEach((each) => each.setAttribute("tabindex", "-1"));
  region.setAttribute("tabindex", "0");
  region.focus();
}

/** What stands below the views: the legend, what was not asked, and every region by its name. */
function below(root, regions) {
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
    element("p.legend.roots", { hidden: true }),
    element("p.denials", {}, denials),
    element("p.quiet.open", { role: "status" }),
    element("details.by-name", {}, element("summary", {}, word("body.by_name")), element("ul", {}, rows)),
  ];
}

function show(root, regions) {
  const marks = marksOf(state.now);
  for (const region of regions) {
    const kinds = kindsAt(marks, region.dataset);
    region.setAttribute("aria-label", spoken(region.dataset, kinds));
    region.nextElementSibling.setAttribute("fill", kinds.length ? `url(#body-${kinds.join("-")})` : "none");
    region.classList.toggle("marked", kinds.length > 0);
  }
  for (const button of root.querySelectorAll(".by-name button")) {
    const kinds = kindsAt(marks, button.dataset);
    const where = word(`body.only_${button.dataset.side}`);
    button.textContent = kinds.length ? `${where}: ${word(`body.${kinds.join("_")}`)}` : where;
    button.setAttribute("aria-label", spoken(button.dataset, kinds));
    button.classList.toggle("marked", kinds.length > 0);
  }
  const open = [];
  for (const kind of KINDS) {
    const stands = standing(state.now.exam, kind);
    const button = root.querySelector(`[data-deny="${kind}"]`);
    button.disabled = stands === "some";
    button.setAttribute("aria-pressed", String(stands === "none"));
    if (stands === "open") open.push(word(`body.open_${kind}`));
  }
  root.querySelector(".open").textContent = open.join(" ");
}

/** The skin of each root in its colour, the deeper the likelier; nothing where the model says nothing. */
function shade(root, regions, answer) {
  const said = { worse: speaking(answer?.classifier), other: speaking(answer?.other_leg?.classifier) };
  const side = state.now.exam.history?.side;
  for (const region of regions) {
    const worse = side === "left" || side === "right" ? region.dataset.side === side : true;
    const classifier = worse || region.dataset.side === "both" ? said.worse : said.other;
    const usual = region.dataset.roots?.split(" ")[0];
    const probability = classifier?.roots[usual]?.probability ?? 0;
    const share = Math.round(DEEPEST * probability);
    region.style.fill = share ? `color-mix(in srgb, var(--${usual.toLowerCase()}) ${share}%, var(--skin))` : "";
  }
  const legend = root.querySelector(".legend.roots");
  legend.hidden = said.worse === null;
  legend.replaceChildren(
    ...Object.entries(said.worse?.roots ?? {}).map(([which, { probability }]) =>
      element("span", {}, element(`span.chip.${which.toLowerCase()}`), `${which} ${percent(probability)}`),
    ),
  );
}

function speaking(classifier) {
  return classifier?.status === "ok" && !classifier.abstained ? classifier : null;
}
