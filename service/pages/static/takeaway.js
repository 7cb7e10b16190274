// Taking the answer away. What that needs is loaded once there is an answer: the first one does not wait for it.

import { word } from "./words.js";

/**
 * @param {HTMLElement} root
 */
export function startTakeAway(root) {
  let held = null;
  let shown = false;
  root.hidden = true;

  async function show() {
    if (shown) return;
    const loaded = await import("./taking.js").catch(() => null);
    if (shown) return; // another answer came meanwhile
    shown = loaded !== null;
    if (shown) loaded.showTools(root, () => held);
    else root.replaceChildren(word("takeaway.not_loaded"));
  }

  document.addEventListener("answer", ({ detail: { answer, bytes, exam } }) => {
    held = { answer, bytes, exam, at: new Date() };
    root.hidden = false;
    show();
  });
  document.addEventListener("answer-gone", () => {
    held = null;
    root.hidden = true;
  });
}
