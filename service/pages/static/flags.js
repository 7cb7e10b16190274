// "All others here: no" of a group of red flags, once every question of the group was on screen or had the focus.

import { announce, enable, onTap } from "./elements.js";
import { get, put, state } from "./state.js";
import { word } from "./words.js";

const READ_AFTER = 300; // ms on screen, or with the focus

/**
 * @param {HTMLElement} form
 */
export function startFlags(form) {
  const groups = [...form.querySelectorAll("[data-flags]")].map((place) => new Group(place));
  const items = groups.flatMap((each) => each.items);
  const read = (item) => groups.forEach((each) => each.saw(item));
  const onScreen = new Map();
  const watcher = new IntersectionObserver(
    (seen) => {
      for (const { target, isIntersecting } of seen) {
        clearTimeout(onScreen.get(target));
        if (isIntersecting) onScreen.set(target, setTimeout(read, READ_AFTER, target));
      }
    },
    { threshold: 0.6 },
  );
  let focused = null;
  items.forEach((item) => watcher.observe(item));
  // Who runs through with the tab key has read nothing either.
  form.addEventListener("focusin", ({ target }) => {
    clearTimeout(focused);
    focused = setTimeout(read, READ_AFTER, target.closest(".item"));
  });
  document.addEventListener("cleared", () => {
    // The next person's questions have not been read; what stays on screen has to be seen anew.
    groups.forEach((each) => each.forget());
    for (const item of items) {
      clearTimeout(onScreen.get(item));
      watcher.unobserve(item);
      watcher.observe(item);
    }
  });
  state.subscribe(() => groups.forEach((each) => each.show()));
}

class Group {
  constructor(place) {
    this.place = place;
    this.items = [...place.querySelectorAll(".item")];
    this.button = place.querySelector(".all-no button");
    this.read = new Set();
    this.hint = place.querySelector(".all-no .quiet");
    onTap(this.button, () => this.deny());
    this.show();
  }

  saw(item) {
    if (!this.items.includes(item)) return;
    this.read.add(item);
    this.show();
  }

  forget() {
    this.read.clear();
    this.show();
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
    const unread = this.items.filter((item) => !this.read.has(item)).length;
    enable(this.button, unread === 0 && this.open.length > 0);
    // It keeps its place: nothing may slip away under the finger.
    this.hint.style.visibility = unread === 0 ? "hidden" : "visible";
  }

  deny() {
    const open = this.open;
    state.change((draft) => open.forEach((item) => put(draft.exam, item.dataset.pointer, false)));
    announce(word("form.all_no_done", { count: open.length, group: this.place.querySelector("h3").textContent }));
  }
}
