// Putting an answer on record, which nothing does by itself: until then every answer is a trial.

import { ask } from "./api.js";
import { announce, element } from "./elements.js";
import { problemOf } from "./live.js";
import { state } from "./state.js";
import { word } from "./words.js";

/**
 * @param {HTMLElement} place
 */
export function startRecording(place) {
  const button = element("button.main", { type: "button", disabled: true, onclick: record }, word("answer.record"));
  const told = element("p", { role: "status" }, word("answer.trial"));
  place.replaceChildren(button, told);
  let seen = null;

  // What is recorded is what was seen: an answer to older findings cannot be.
  document.addEventListener("answer", ({ detail }) => offer(JSON.stringify(detail.exam)));
  document.addEventListener("answer-gone", () => offer(null));
  state.subscribe(show);
  show();

  function offer(exam) {
    seen = exam;
    show();
  }

  function show() {
    const { recorded } = state.now.page;
    const now = JSON.stringify(state.now.exam);
    const same = recorded?.exam === now;
    button.disabled = seen !== now || same;
    if (!recorded) told.textContent = word("answer.trial");
    else if (same) told.textContent = word(recorded.deferred ? "answer.recorded_deferred" : "answer.recorded", recorded);
    else told.textContent = word("answer.recorded_changed");
  }

  async function record() {
    const { exam } = state.now;
    const text = JSON.stringify(exam);
    // The same key for the same findings: after a broken connection it is recorded once, not twice.
    const { trial } = state.now.page;
    const key = trial?.exam === text ? trial.key : crypto.randomUUID();
    state.note((draft) => {
      draft.page.trial = { exam: text, key };
    });
    button.disabled = true;
    told.textContent = word("answer.recording");
    try {
      const answer = await ask("v1/assessments", { body: exam, headers: { "Idempotency-Key": key } });
      const held = await answer.text();
      if (answer.status === 201) kept(JSON.parse(held), held, answer.headers.get("Nerveroot-Record") === "deferred", text, exam);
      else failed(problemOf(held).detail ?? `(${answer.status})`);
    } catch {
      failed(word("answer.offline"));
    }
  }

  function kept(answer, bytes, deferred, text, exam) {
    const time = new Date(answer.created_at).toLocaleTimeString(document.documentElement.lang);
    state.note((draft) => {
      draft.page.recorded = { exam: text, id: answer.id, created_at: answer.created_at, time, deferred };
      delete draft.page.trial;
    });
    if (JSON.stringify(state.now.exam) === text) {
      document.dispatchEvent(new CustomEvent("answer", { detail: { answer, bytes, exam, stale: false, recorded: true } }));
    }
    announce(told.textContent);
  }

  function failed(detail) {
    show();
    told.textContent = word("answer.not_recorded", { detail });
  }
}
