// The buttons with which the clinician takes the answer away, and what is printed.

import { copyText, textOf } from "./copying.js";
import { save, saveInFhir } from "./downloads.js";
import { element } from "./elements.js";
import { leafletDialog, leafletElements, leafletOf } from "./leaflet.js";
import { fillLeaflet, fillSheet } from "./sheet.js";
import { state, textOf as textOfExam } from "./state.js";
import { summaryOf } from "./summary.js";
import { word } from "./words.js";

/**
 * An answer with the examination that it answers, and the time at which it came.
 * @typedef {{exam: object, answer: object, bytes: string, at: Date}} Held
 */

/**
 * @param {HTMLElement} root
 * @param {() => ?Held} held the last answer; null where there is none
 */
export function showTools(root, held) {
  const told = element("p", { role: "status" });
  const tell = (text) => told.replaceChildren(text);
  const place = element("div");
  const dialog = leafletDialog(() => window.print());
  const button = (name, act) => element("button", { type: "button", onclick: act }, word(`takeaway.${name}`));
  // A leaflet or an answer to other findings than those on the page must not leave it.
  const fresh = (act) => () => (isChanged(held()) ? tell(word("takeaway.wait")) : act(held()));

  root.replaceChildren(
    element("h3", {}, word("takeaway.heading")),
    element(
      "p.buttons",
      {},
      button("copy", () => copyText(textOf(summaryNow(held())), place, tell)),
      button("print", () => window.print()),
      button("leaflet", fresh(({ answer, exam, at }) => dialog.show(leaflet(answer, exam, at)))),
    ),
    element(
      "details",
      { "data-key": "files" },
      element("summary", {}, word("takeaway.files")),
      element(
        "p.buttons",
        {},
        button("exam_json", () => save(`${JSON.stringify(state.now.exam, null, 2)}\n`, "exam", tell)),
        button("answer_json", fresh(({ bytes }) => save(bytes, "answer", tell))),
        button("fhir_json", fresh(({ exam, answer }) => saveInFhir(exam, answer.created_at, tell))),
      ),
    ),
    told,
    place,
  );
  state.subscribe(() => {
    tell("");
    place.replaceChildren();
  });
  startPrinting(document.getElementById("sheet"), held, dialog);
}

function startPrinting(sheet, held, dialog) {
  window.addEventListener("beforeprint", () => {
    const shown = held();
    if (!shown && Object.keys(state.now.exam).length === 0) return;
    sheet.hidden = false;
    document.body.classList.add(dialog.shown() ? "print-leaflet" : "print-sheet");
    if (dialog.shown()) fillLeaflet(sheet, leaflet(shown.answer, shown.exam, shown.at));
    else fillSheet(sheet, summaryNow(shown));
  });
  window.addEventListener("afterprint", () => {
    document.body.classList.remove("print-leaflet", "print-sheet");
    sheet.hidden = true;
    sheet.replaceChildren();
  });
}

function leaflet(answer, exam, at) {
  const examined = new Date(exam.examined_at ?? at);
  return leafletElements(leafletOf(answer, examined), examined);
}

/** What is on the page: the last answer with its own findings, or the findings alone. */
function summaryNow(held) {
  if (!held) return summaryOf(state.now.exam, null, { at: new Date() });
  const { recorded } = state.now.page;
  const same = recorded?.exam === textOfExam(held.exam);
  const at = same ? new Date(recorded.created_at) : held.at;
  return summaryOf(held.exam, held.answer, { at, recorded: same ? recorded : null, changed: isChanged(held) });
}

function isChanged(held) {
  return !held || textOfExam(state.now.exam) !== textOfExam(held.exam);
}
