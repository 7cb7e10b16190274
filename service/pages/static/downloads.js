// Files to keep: what was entered, the answer as it came, and in FHIR. Their names say nothing of the person.

import { ask } from "./api.js";
import { formResponse } from "./form_response.js";
import { problemOf } from "./live.js";
import { word } from "./words.js";

const FHIR = "application/fhir+json";

/**
 * @param {"exam"|"answer"|"fhir"} what
 * @param {Date} at by the clock of this place
 * @returns {string} such as `nerveroot-2026-11-23-1405-answer.json`
 */
function fileName(what, at) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `nerveroot-${day}-${two(at.getHours())}${two(at.getMinutes())}-${what}.json`;
}

/**
 * Save a text as a file.
 * @param {string} text
 * @param {"exam"|"answer"|"fhir"} what
 * @param {(text: string) => void} tell
 */
export function save(text, what, tell) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: what === "fhir" ? FHIR : "application/json" }));
  link.download = fileName(what, new Date());
  link.click();
  // Some browsers read it only after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  tell(word("takeaway.saved", { name: link.download }));
}

/**
 * Ask for the same answer in FHIR, without recording, and save it.
 * @param {object} exam
 * @param {string} at when it was examined, where the examination does not say so
 * @param {(text: string) => void} tell
 */
export async function saveInFhir(exam, at, tell) {
  tell(word("takeaway.fetching"));
  const form = await fetched("fhir/Questionnaire", { method: "GET" });
  if (!form?.ok) return refused(form, tell);
  const body = formResponse(JSON.parse(form.text).entry[0].resource, exam, exam.examined_at ?? at);
  const answer = await fetched("fhir/QuestionnaireResponse/$assess?commit=false", { body, type: FHIR });
  if (!answer?.ok) return refused(answer, tell);
  return save(answer.text, "fhir", tell);
}

/** What was answered; null where nothing was reached. */
async function fetched(path, asked) {
  try {
    const answer = await ask(path, asked);
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch {
    return null;
  }
}

function refused(answer, tell) {
  if (!answer) return tell(word("takeaway.offline"));
  const { detail, issue = [] } = problemOf(answer.text);
  const said = detail ?? issue.map((each) => each.diagnostics ?? each.details?.text).filter(Boolean).join(" ");
  return tell(word("takeaway.failed", { detail: said || `(${answer.status})` }));
}
