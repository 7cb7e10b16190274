// The bedside page: examine, look, act. Each part starts by itself; the state and the answer are what they share.

import { firstSentence, showAnswer, urgencyWord } from "./answer.js";
import { startBar } from "./bar.js";
import { startBody } from "./body.js";
import { connectionOf, flagged } from "./connection.js";
import { announce, element } from "./elements.js";
import { startEntry } from "./entry.js";
import { startFlags } from "./flags.js";
import { startTools } from "./keys.js";
import { startLaunch } from "./launch.js";
import { startLive } from "./live.js";
import { startRecording } from "./recording.js";
import { redraw } from "./redrawing.js";
import { startSignIn } from "./signin.js";
import { startStrength } from "./strength.js";
import { startTakeAway } from "./takeaway.js";
import { word } from "./words.js";

const place = (name) => document.getElementById(name);

const bar = startBar(place("bar"), place("answer"), place("entry"));
let heard = "";

document.addEventListener("answer", (event) => {
  const { answer } = event.detail;
  try {
    showAnswer(place("said"), answer);
  } catch (fault) {
    // An answer that cannot be drawn must not leave the one before standing, and cannot be recorded.
    event.stopImmediatePropagation();
    document.dispatchEvent(new CustomEvent("answer-gone"));
    place("said").replaceChildren(element("p.notice", {}, word("answer.not_shown")));
    throw fault;
  }
  bar({ urgency: answer.urgency, to: "#answer", strong: urgencyWord(answer), text: firstSentence(answer.impression.text)[0] });
  const line = word("answer.updated", { urgency: urgencyWord(answer), line: firstSentence(answer.impression.text)[0] });
  if (line !== heard) announce(line, { alarm: answer.urgency === "emergency" });
  heard = line;
});
document.addEventListener("flags-alone", ({ detail: { urgency, red_flags: screen } }) => {
  const urgent = word(`answer.urgency_${urgency}`);
  const lines = screen.present.map((flag) => element("p.first", {}, `${flag.label} – ${flag.action}`));
  const said = place("said");
  redraw(said, [element(`div.banner.${urgency}`, {}, element("p.urgency", {}, urgent), lines)]);
  bar({ urgency, to: "#answer", strong: urgent, text: screen.present[0].label });
  for (const each of [said, place("bar")]) each.removeAttribute("data-stale");
  announce(`${urgent}: ${screen.present[0].label}. ${screen.present[0].action}`, { alarm: urgency === "emergency" });
});
document.addEventListener("answer-gone", () => {
  redraw(place("said"), []);
  bar(flagged() ? { urgency: "urgent", to: "#s-patient", strong: "", text: word("answer.waiting_age_flag") } : null);
  heard = "";
});

startTools();
startSignIn(place("signin"));
startEntry(place("entry"));
startBody(place("body"));
startFlags(place("entry"));
startRecording(place("recording"));
startTakeAway(place("takeaway"));
startStrength(place("strength"));
startLaunch(place("from-record"));
startLive(connectionOf(place("connection"), place("said"), place("bar")));

document.getElementById("not-started").remove();
