// "All others here: no" of a group of red flags, once every question of the group was on screen or had the focus.

import { announce } from "./elements.js";
import { get, put, state } from "./state.js";
import { word } from "./words.js";

const READ_AFTER = 300; // ms on screen

/**
 * @param {HTMLElement} form
 */
export function startFlags(form) {
  const groups = [...form.querySelectorAll("[data-flags]")].map((place) => new Group(place));
  const timers = new Map();
  const watcher = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        clearTimeout(timers.get(target));
        if (isIntersecting) timers.set(target, setTimeout(() => groups.forEach((each) => each.saw(target)), READ_AFTER));
      }
    },
    { threshold: 0.6 },
  );
  groups.flatMap((each) => each.items).forEach((item) => watcher.observe(item));
  form.addEventListener("focusin", ({ target }) => groups.forEach((each) => each.saw(target.closest(".item"))));
  state.subscribe((now) => {
    // The next person's questions have not been read.
    if (Object.keys(now.exam).length === 0) groups.forEach((each) => each.forget());
    groups.forEach((each) => each.show());
  });
}

class Group {
  constructor(place) {
    this.place = place;
    this.items = [...place.querySelectorAll(".item")];
    this.button = place.querySelector(".all-no button");
    this.read = new Set();
    this.button.addEventListener("click", () => this.deny());
    this.show();
  }

  saw(item) {
    if (!this.items.includes(item)) return;
    this.read.add(item);
    this.show();
  }

  forget() {
    this.read.clear();
  }

  /** Questions that a word can deny; what takes an examination is not denied without one. */
  get open() {
    return this.items.filter(
      (item) =>
        item.dataset.kind === "boolean" &&
        !("secondLine" in item.dataset) &&
        get(state.now.exam, item.dataset.pointer) === undefined,
    );
  }

  show() {
    this.button.disabled = this.items.some((item) => !this.read.has(item)) || this.open.length === 0;
  }

  deny() {
    const open = this.open;
    state.change((draft) => open.forEach((item) => put(draft.exam, item.dataset.pointer, false)));
    announce(word("form.all_no_done", { count: open.length, group: this.place.querySelector("h3").textContent }));
  }
}
