// Putting an answer on record, which nothing does by itself: until then every answer is a trial.

import { ask } from "./api.js";
import { announce, element, enable, onTap } from "./elements.js";
import { problemOf } from "./live.js";
import { randomText } from "./oauth.js";
import { state, textOf } from "./state.js";
import { word } from "./words.js";

const PATIENCE = 20_000; // ms until a connection that says nothing counts as lost

/**
 * @param {HTMLElement} place
 */
export function startRecording(place) {
  const button = element("button.main", { type: "button" }, word("answer.record"));
  onTap(button, record);
  const told = element("p", { role: "status" }, word("answer.trial"));
  place.replaceChildren(button, told);
  let seen = null;
  let sending = null;

  // What is recorded is what was seen: an answer to older findings cannot be.
  document.addEventListener("answer", ({ detail }) => offer(textOf(detail.exam)));
  for (const gone of ["answer-gone", "flags-alone"]) document.addEventListener(gone, () => offer(null));
  // What is cleared is of nobody here any more, also where its recording is under way.
  document.addEventListener("cleared", () => {
    sending = null;
    show();
  });
  state.subscribe(show);
  show();

  function offer(exam) {
    seen = exam;
    show();
  }

  function show() {
    const { recorded } = state.now.page;
    const now = textOf(state.now.exam);
    const same = recorded?.exam === now;
    enable(button, sending === null && seen === now && !same);
    if (sending) return;
    if (!recorded) tell(word("answer.trial"));
    else if (same) tell(word(recorded.deferred ? "answer.recorded_deferred" : "answer.recorded", recorded));
    else tell(word("answer.recorded_changed"));
  }

  /** Only what is new: a reader of the screen says every change. */
  function tell(text) {
    if (told.textContent !== text) told.textContent = text;
  }

  async function record() {
    const { exam } = state.now;
    const text = textOf(exam);
    // The same key for the same findings: after a broken connection it is recorded once, not twice.
    const { trial } = state.now.page;
    const key = trial?.exam === text ? trial.key : randomText();
    state.note((draft) => {
      draft.page.trial = { exam: text, key };
    });
    const mine = (sending = { text });
    enable(button, false);
    tell(word("answer.recording"));
    try {
      const answer = await ask("v1/assessments", {
        body: exam,
        headers: { "Idempotency-Key": key },
        signal: AbortSignal.timeout(PATIENCE),
      });
      const held = await answer.text();
      if (sending !== mine) return;
      sending = null;
      if (answer.status === 201) kept(JSON.parse(held), held, answer.headers.get("Nerveroot-Record") === "deferred", text, exam);
      else failed(problemOf(held).detail ?? `(${answer.status})`);
    } catch {
      if (sending !== mine) return;
      sending = null;
      failed(word("answer.offline"));
    }
  }

  function kept(answer, bytes, deferred, text, exam) {
    const time = new Date(answer.created_at).toLocaleTimeString(document.documentElement.lang);
    state.note((draft) => {
      draft.page.recorded = { exam: text, id: answer.id, created_at: answer.created_at, time, deferred };
      delete draft.page.trial;
    });
    if (textOf(state.now.exam) === text) {
      document.dispatchEvent(new CustomEvent("answer", { detail: { answer, bytes, exam, stale: false, recorded: true } }));
    }
    announce(told.textContent);
  }

  function failed(detail) {
    show();
    tell(word("answer.not_recorded", { detail }));
  }
}
