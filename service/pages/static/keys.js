// The keys of the whole page, the list of them, and the tools at its top.

import { announce, element, enable, onTap } from "./elements.js";
import { state } from "./state.js";
import { word } from "./words.js";

const LISTED = ["tab", "arrows", "first", "half", "delete", "mark", "undo", "section", "answer", "help"];

/** The buttons at the top of the page, and the keys that do the same. */
export function startTools() {
  const tool = (name, act) => onTap(document.getElementById(name), act);
  tool("undo", undo);
  tool("redo", redo);
  tool("clear", confirmClear);
  tool("keys", showKeys);
  document.getElementById("language")?.addEventListener("change", ({ target }) => {
    window.location.assign(`?language=${encodeURIComponent(target.value)}`);
  });
  state.subscribe(show);
  show();
  document.addEventListener("keydown", byKey);
}

function show() {
  const { canUndo, canRedo, now } = state;
  const can = { undo: canUndo, redo: canRedo, clear: canUndo || canRedo || Object.keys(now.exam).length > 0 };
  for (const [name, does] of Object.entries(can)) enable(document.getElementById(name), does);
}

function undo() {
  if (!state.canUndo) return;
  state.undo();
  announce(word("form.undone"));
}

function redo() {
  if (!state.canRedo) return;
  state.redo();
  announce(word("form.redone"));
}

function byKey(event) {
  const { key, target } = event;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) {
    const name = key.toLowerCase();
    if ((name !== "z" && name !== "y") || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    if (name === "y" || event.shiftKey) redo();
    else undo();
    return;
  }
  // Single keys can be turned off, for those who speak to their computer (WCAG 2.2, 2.1.4).
  const typing = target.closest("textarea, select, dialog, input:not([type=radio], [type=checkbox])");
  // Many keyboards have the brackets on the right Alt key, which is no Alt.
  const alt = event.altKey && !event.getModifierState("AltGraph");
  if (typing || alt || state.now.page.keys_off) return;
  // Among answers a letter is the beginning of one.
  const letter = target.matches("input") ? {} : { a: toAnswer };
  const act = { "?": showKeys, "[": () => toSection(-1), "]": () => toSection(1), ...letter }[key];
  if (!act || event.defaultPrevented) return;
  event.preventDefault();
  act();
}

function toAnswer() {
  const place = document.getElementById("answer");
  place.scrollIntoView();
  place.focus({ preventScroll: true });
}

/** To the part before or after the one with the focus; the last one is the answer. */
function toSection(step) {
  const parts = [...document.querySelectorAll("#entry > section"), document.getElementById("answer")];
  const here = parts.findLastIndex((each) => each.contains(document.activeElement));
  const next = parts[Math.min(Math.max(here + step, 0), parts.length - 1)];
  if (next.id === "answer") {
    toAnswer();
    return;
  }
  const heading = next.querySelector("h2");
  heading.scrollIntoView();
  heading.focus({ preventScroll: true });
}

function confirmClear() {
  const dialog = document.getElementById("keys-shown");
  const button = (name, act, style = "") =>
    element(`button${style}`, { type: "button", onclick: () => (dialog.close(), act()) }, word(`form.${name}`));
  dialog.replaceChildren(
    element("h2", { id: "h-keys" }, word("form.clear_question")),
    element("p", {}, word("form.clear_why")),
    element("p.buttons", {}, button("clear_yes", clear, ".main"), button("clear_no", () => {})),
  );
  dialog.showModal();
}

function clear() {
  state.clear();
  document.dispatchEvent(new CustomEvent("cleared"));
  window.scrollTo(0, 0);
  document.querySelector("#entry input")?.focus();
  announce(word("form.cleared"));
}

function showKeys() {
  const dialog = document.getElementById("keys-shown");
  const single = element("input", {
    type: "checkbox",
    checked: !state.now.page.keys_off,
    onchange: ({ target }) => state.note((draft) => (draft.page.keys_off = !target.checked)),
  });
  dialog.replaceChildren(
    element("h2", { id: "h-keys" }, word("form.keys_heading")),
    element(
      "dl.keys",
      {},
      LISTED.map((name) =>
        element("div", {}, element("dt", {}, word(`form.key_${name}`)), element("dd", {}, word(`form.key_${name}_does`))),
      ),
    ),
    element("label.check", {}, single, ` ${word("form.keys_on")}`),
    element("p.buttons", {}, element("button.main", { type: "button", onclick: () => dialog.close() }, word("form.close"))),
  );
  dialog.showModal();
}
