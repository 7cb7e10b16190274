// What stands between what is entered and its answer: the line that says so, and the marks of an old answer.

import { element } from "./elements.js";
import { fault, jump } from "./entry.js";
import { numberOf } from "./numbers.js";
import { state } from "./state.js";
import { control, label } from "./vocabulary.js";
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

  function mark(stale) {
    for (const place of [shown, bar]) place.toggleAttribute("data-stale", stale);
  }

  /** Only what is new is written: a reader of the screen says every change, and the focus is not thrown away. */
  function say(said, style) {
    const next = element("p", {}, said);
    if (line.innerHTML === next.innerHTML && line.className === style) return;
    const focused = line.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    line.className = style;
    line.replaceChildren(...next.childNodes);
    if (focused) (line.querySelector(`[data-key="${CSS.escape(focused)}"]`) ?? line).focus();
  }

  document.addEventListener("answer", () => {
    answered = new Date();
  });

  return function told(outcome) {
    shown.setAttribute("aria-busy", String(outcome.kind === "asking"));
    clearTimeout(slow);
    if (outcome.kind === "asking") {
      slow = setTimeout(() => (mark(answered !== null), say([word("answer.working")], "")), SLOW);
      return;
    }
    const right = outcome.kind === "answered" || outcome.kind === "idle";
    mark(!right && answered !== null);
    const alone = Boolean(outcome.problem?.red_flags?.present.length);
    if (alone) {
      // What a service that cannot answer still says comes before any older answer.
      document.dispatchEvent(new CustomEvent("flags-alone", { detail: outcome.problem }));
      answered = null;
    }
    if (outcome.kind === "idle") answered = null;
    showFaults(outcome.problem?.errors ?? []);
    const urgent = !right && !alone && flagged();
    const old = !right && answered;
    const back = outcome.kind === "answered" && lost;
    say(
      [
        urgent && [element("strong", {}, word("answer.flag_meanwhile")), " "],
        old && [element("strong", {}, word("answer.stale", { time: clock(answered) })), " "],
        back ? word("answer.back") : words(outcome),
      ],
      right && !waits(outcome) ? "" : "notice",
    );
    lost = outcome.kind === "offline" || outcome.kind === "trouble";
  };
}

const clock = (time) => time.toLocaleTimeString(document.documentElement.lang);

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

function words({ kind, status, problem }) {
  const now = element(
    "button.link",
    { type: "button", "data-key": "again", onclick: () => window.dispatchEvent(new Event("online")) },
    word("answer.again_now"),
  );
  switch (kind) {
    case "idle":
      return [word(flagged() ? "answer.waiting_age_flag" : "answer.waiting_age")];
    case "answered":
      return [];
    case "offline":
      return [word("answer.offline"), " ", word("answer.again_by_itself"), " ", now];
    case "busy":
      return [word("answer.busy"), " ", word("answer.again_by_itself")];
    case "trouble":
      return [
        word("answer.trouble", { status }),
        " ",
        word("answer.again_by_itself"),
        " ",
        now,
      ];
    case "unknown":
      return [word("answer.sign_in")];
    case "forbidden":
      return [word("answer.not_allowed", { detail: problem.detail ?? "" })];
    default: {
      const errors = problem.errors ?? [];
      if (errors.length === 0) return [word("answer.refused"), " ", problem.detail ?? `(${status})`];
      return [word("answer.refused"), element("ul", {}, errors.map(refused))];
    }
  }
}

/** What is wrong with one item, after the name that leads to it. */
function refused({ pointer, detail }) {
  const go = { type: "button", "data-key": `refused ${pointer}`, onclick: () => jump(pointer) };
  return element("li", {}, pointer && [element("button.link", go, label(pointer)), ": "], detail);
}

function showFaults(errors) {
  for (const each of document.querySelectorAll("#entry .item .fault")) {
    const item = each.closest(".item");
    // What is no number never reached the service, and stays said.
    const unread = item.dataset.kind === "number" && Number.isNaN(numberOf(item.querySelector("input").value));
    if (!unread) fault(item, "");
  }
  for (const { pointer, detail } of errors) {
    const item = control(pointer);
    if (item && item.dataset.kind !== "regions") fault(item, detail);
  }
}
