// After a SMART launch: age and sex from the record system, where nobody has entered them. No name, no id is kept.

import { asked, returned, SignInFault } from "./oauth.js";
import { get, put, state } from "./state.js";
import { control, label, said } from "./vocabulary.js";
import { word } from "./words.js";

const AGE = "/patient/age_years";
const SEX = "/patient/sex";
const SEXES = ["female", "male", "other", "unknown"];

/**
 * @param {HTMLElement} place says what was filled in, or why nothing was
 */
export async function startLaunch(place) {
  const back = await returned();
  if (back?.purpose !== "launch") return;
  // A record system may launch the page for the next patient in the tab of the one before.
  const before = Object.keys(state.now.exam).length ? word("launch.entered_before") : null;
  try {
    if (back.fault) throw back.fault;
    tell(fill(await patientOf(back)), before);
  } catch (fault) {
    const { code, places } = fault instanceof SignInFault ? fault : { code: "unreachable", places: {} };
    tell([word(`launch.fault_${code}`, places), word("launch.by_hand")], before ?? "");
  }
  state.subscribe(({ exam }) => {
    if (Object.keys(exam).length === 0) tell([], null);
  });

  /** `warning` is null where there is nothing to warn of. */
  function tell(sentences, warning) {
    place.textContent = [...sentences, warning].filter(Boolean).join(" ");
    place.className = warning === null ? "" : "notice";
  }
}

async function patientOf({ token, more }) {
  if (typeof token.patient !== "string") throw new SignInFault("no_patient");
  const address = `${more.iss.replace(/\/$/, "")}/Patient/${encodeURIComponent(token.patient)}`;
  const headers = { Accept: "application/fhir+json", Authorization: `Bearer ${token.access_token}` };
  const answer = await asked(address, { headers });
  if (!answer.ok) throw new SignInFault("no_patient");
  const patient = await answer.json().catch(() => null);
  if (patient?.resourceType !== "Patient") throw new SignInFault("no_patient");
  return patient;
}

/** Put what is known where nothing is stated, and say which; and what is stated otherwise. */
function fill(patient) {
  if (patient.deceasedBoolean === true || patient.deceasedDateTime) throw new SignInFault("deceased");
  const { low, high } = control(AGE).querySelector("input").dataset;
  const [youngest, oldest] = agesOf(patient.birthDate, new Date()) ?? [];
  if (oldest < Number(low)) throw new SignInFault("minor");
  const settled = youngest === oldest && oldest <= Number(high);
  const known = { [AGE]: settled ? oldest : undefined, [SEX]: SEXES.includes(patient.gender) ? patient.gender : undefined };
  const stated = state.now.exam;
  const found = Object.keys(known).filter((pointer) => known[pointer] !== undefined);
  const open = found.filter((pointer) => get(stated, pointer) === undefined);
  const other = found.filter((pointer) => !open.includes(pointer) && get(stated, pointer) !== known[pointer]);
  state.change((draft) => open.forEach((pointer) => put(draft.exam, pointer, known[pointer])));
  const list = (pointers) => pointers.map((pointer) => `${label(pointer)} ${said(pointer, known[pointer])}`).join(", ");
  return [
    open.length ? word("launch.filled", { filled: list(open) }) : word("launch.nothing_filled"),
    other.length ? word("launch.otherwise", { otherwise: list(other) }) : null,
    get(state.now.exam, AGE) === undefined ? word("launch.no_age") : null,
  ];
}

/**
 * The youngest and the oldest that somebody can be at a day, in whole years: FHIR allows a year or a month alone as a
 * date of birth. Null where it is no date, or one to come.
 * @param {string | undefined} birthDate
 * @param {Date} at
 * @returns {?[number, number]}
 */
function agesOf(birthDate, at) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(birthDate ?? "") ?? [];
  if (!year || !isDay(Number(year), Number(month ?? 1), Number(day ?? 1))) return null;
  const reached = (m, d) => at.getMonth() + 1 > m || (at.getMonth() + 1 === m && at.getDate() >= d);
  const age = (m, d) => at.getFullYear() - Number(year) - (reached(m, d) ? 0 : 1);
  const oldest = age(Number(month ?? 1), Number(day ?? 1));
  return oldest < 0 ? null : [age(Number(month ?? 12), Number(day ?? 31)), oldest];
}

function isDay(year, month, day) {
  const found = new Date(Date.UTC(year, month - 1, day));
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
}
