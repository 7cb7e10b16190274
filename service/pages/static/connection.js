// What stands between what is entered and its answer: the line that says so, and the marks of an old answer.

import { element } from "./elements.js";
import { fault } from "./entry.js";
import { chips } from "./links.js";
import { state } from "./state.js";
import { control } from "./vocabulary.js";
import { word } from "./words.js";

const SLOW = 700; // ms after which an older answer is no longer shown as that of what is entered

/**
 * @param {HTMLElement} line says what is the matter
 * @param {HTMLElement} shown holds the answer
 * @param {HTMLElement} bar holds the urgency at the foot of a small screen
 * @returns {(outcome: import("./live.js").Outcome) => void}
 */
export function connectionOf(line, shown, bar) {
  let answered = null;
  let lost = false;
  let slow = null;

  function stale(is, said) {
    for (const place of [shown, bar]) place.toggleAttribute("data-stale", is);
    line.replaceChildren(...said);
  }

  document.addEventListener("answer", () => {
    answered = new Date();
  });

  return function told(outcome) {
    shown.setAttribute("aria-busy", String(outcome.kind === "asking"));
    clearTimeout(slow);
    if (outcome.kind === "asking") {
      slow = setTimeout(() => stale(answered !== null, [word("answer.working")]), SLOW);
      return;
    }
    const right = outcome.kind === "answered" || outcome.kind === "idle";
    for (const place of [shown, bar]) place.toggleAttribute("data-stale", !right && answered !== null);
    const alone = Boolean(outcome.problem?.red_flags?.present.length);
    if (alone) {
      // What a service that cannot answer still says comes before any older answer.
      document.dispatchEvent(new CustomEvent("flags-alone", { detail: outcome.problem }));
      answered = null;
    }
    if (outcome.kind === "idle") answered = null;
    showFaults(outcome.problem?.errors ?? []);
    line.className = right && !waits(outcome) ? "" : "notice";
    line.replaceChildren(...words(outcome));
    if (!right && !alone && flagged()) line.prepend(element("strong", {}, `${word("answer.flag_meanwhile")} `));
    if (!right && answered) {
      const time = answered.toLocaleTimeString(document.documentElement.lang);
      line.append(" ", element("strong", {}, word("answer.stale", { time })));
    }
    if (outcome.kind === "answered" && lost) line.replaceChildren(word("answer.back"));
    lost = outcome.kind === "offline" || outcome.kind === "trouble";
  };
}

const waits = ({ kind }) => kind === "idle" && flagged();

/** Signs that no list of questions holds, and that are flags all the same. */
function grave({ sensation, plantar_response: plantar, clonus }) {
  return ["reduced", "absent"].includes(sensation?.perianal) || plantar === "extensor" || clonus === true;
}

/**
 * Whether something is entered that may be a red flag: what is said of it while there is no answer. It decides nothing,
 * and is wider than the rules.
 */
export function flagged() {
  const { red_flags: screen = {}, examination = {}, other_leg: other = {} } = state.now.exam;
  return Object.values(screen).includes(true) || screen.post_void_residual_ml > 0 || grave(examination) || grave(other);
}

function words({ kind, seconds, status, problem }) {
  const wait = Math.ceil(seconds ?? 0);
  const now = element(
    "button.link",
    { type: "button", onclick: () => window.dispatchEvent(new Event("online")) },
    word("answer.again_now"),
  );
  switch (kind) {
    case "idle":
      return [word(flagged() ? "answer.waiting_age_flag" : "answer.waiting_age")];
    case "answered":
      return [];
    case "offline":
      return [word("answer.offline"), " ", word("answer.again_in", { seconds: wait }), " ", now];
    case "busy":
      return [word("answer.busy", { seconds: wait })];
    case "trouble":
      return [
        word("answer.trouble", { status }),
        " ",
        word("answer.again_in", { seconds: wait }),
        " ",
        now,
      ];
    case "unknown":
      return [word("answer.sign_in")];
    case "forbidden":
      return [word("answer.not_allowed", { detail: problem.detail ?? "" })];
    default: {
      const errors = problem.errors ?? [];
      const said = errors.length ? errors.map((each) => each.detail).join(" ") : (problem.detail ?? `(${status})`);
      return [word("answer.refused"), " ", said, chips(errors.map((each) => each.pointer).filter(Boolean))];
    }
  }
}

function showFaults(errors) {
  for (const each of document.querySelectorAll("#entry .item .fault")) {
    const item = each.closest(".item");
    // What is no number never reached the service, and stays said.
    if (![...item.querySelectorAll("input")].some((input) => input.validity.badInput)) fault(item, "");
  }
  for (const { pointer, detail } of errors) {
    const item = control(pointer);
    if (item && item.dataset.kind !== "regions") fault(item, detail);
  }
}
