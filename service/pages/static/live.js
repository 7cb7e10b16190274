// The answer to what is entered, as it is entered: asked without recording, once the hands are still for a moment.

import { ask } from "./api.js";
import { isHalfTyped } from "./numbers.js";
import { state } from "./state.js";

const STILL = 120; // ms without a change before it is asked
const TYPING = 900; // ms, while a number is no possible one yet: 4 on the way to 44 is not refused
const LONGEST_WAIT = 15; // s between two attempts, and after a longer Retry-After
const SPREAD = 0.2; // of a wait, so that many pages do not come back at the same moment
const PATIENCE = 8000; // ms until a connection that says nothing counts as lost

/**
 * What became of the last question: `idle` (no age yet), `asking`, `answered`, `refused`, `offline`, `busy`, `trouble`,
 * `unknown` (sign in) or `forbidden`.
 * @typedef {{kind: string, problem?: object, status?: number}} Outcome
 */

/**
 * @param {(outcome: Outcome) => void} told
 * @returns {{now: () => void}} `now` asks at once
 */
export function startLive(told) {
  let timer = null;
  let asked = null;
  let attempts = 0;
  let notBefore = 0; // ms since the epoch: the service wants to be left alone until then

  async function go() {
    clearTimeout(timer);
    asked?.abort();
    told({ kind: "asking" });
    const { exam } = state.now;
    if (exam.patient?.age_years === undefined) {
      document.dispatchEvent(new CustomEvent("answer-gone"));
      told({ kind: "idle" });
      return;
    }
    const mine = (asked = new AbortController());
    let answer;
    let held;
    try {
      answer = await ask("v1/assessments?commit=false", { body: exam, signal: AbortSignal.any([mine.signal, AbortSignal.timeout(PATIENCE)]) });
      held = await answer.text();
    } catch {
      if (!mine.signal.aborted) again("offline");
      return;
    }
    if (mine.signal.aborted) return;
    received(answer, held, exam);
  }

  function received(answer, held, exam) {
    if (answer.status === 429 || answer.status === 408 || answer.status >= 500) {
      again(answer.status === 429 ? "busy" : "trouble", answer, problemOf(held));
      return;
    }
    attempts = 0;
    notBefore = 0;
    if (answer.status === 201) {
      document.dispatchEvent(new CustomEvent("answer", { detail: { answer: JSON.parse(held), bytes: held, exam, stale: false } }));
      told({ kind: "answered" });
    } else {
      const kind = { 401: "unknown", 403: "forbidden" }[answer.status] ?? "refused";
      told({ kind, status: answer.status, problem: problemOf(held) });
    }
  }

  function again(kind, answer, problem) {
    const stated = Number(answer?.headers.get("Retry-After"));
    const seconds = Math.min(stated > 0 ? stated : 2 ** attempts, LONGEST_WAIT) * (1 + SPREAD * Math.random());
    attempts += 1;
    if (stated > 0) notBefore = Date.now() + seconds * 1000;
    timer = setTimeout(go, seconds * 1000);
    told({ kind, status: answer?.status, problem });
  }

  state.subscribe((now, before) => {
    if (now.exam === before.exam || JSON.stringify(now.exam) === JSON.stringify(before.exam)) return;
    clearTimeout(timer);
    asked?.abort();
    told({ kind: "asking" });
    const still = isHalfTyped(document.activeElement) ? TYPING : STILL;
    timer = setTimeout(go, Math.max(still, notBefore - Date.now()));
  });
  window.addEventListener("online", go);
  document.addEventListener("signed-in", go);
  go();
  return { now: go };
}

/** A problem (RFC 9457), or nothing where a proxy answered in its own words. */
export function problemOf(held) {
  try {
    return JSON.parse(held);
  } catch {
    return {};
  }
}
