// After a SMART launch: age and sex from the record system, where nobody has entered them. No name, no id is kept.

import { asked, returned, SignInFault } from "./oauth.js";
import { get, put, state } from "./state.js";
import { label, said } from "./vocabulary.js";
import { word } from "./words.js";

const ADULT = 18;
const SEXES = ["female", "male", "other", "unknown"];

/**
 * @param {HTMLElement} place says what was filled in, or why nothing was
 */
export async function startLaunch(place) {
  const back = await returned();
  if (back?.purpose !== "launch") return;
  try {
    if (back.fault) throw back.fault;
    place.textContent = fill(await patientOf(back));
  } catch (fault) {
    const { code, places } = fault instanceof SignInFault ? fault : { code: "unreachable", places: {} };
    place.textContent = `${word(`launch.fault_${code}`, places)} ${word("launch.by_hand")}`;
    place.className = "notice";
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

/** Put what is known where nothing is stated, and say which. */
function fill(patient) {
  if (patient.deceasedBoolean === true || patient.deceasedDateTime) throw new SignInFault("deceased");
  const age = ageOf(patient.birthDate, new Date());
  if (age !== null && age < ADULT) throw new SignInFault("minor");
  const known = {
    "/patient/age_years": age ?? undefined,
    "/patient/sex": SEXES.includes(patient.gender) ? patient.gender : undefined,
  };
  const open = Object.entries(known).filter(
    ([pointer, value]) => value !== undefined && get(state.now.exam, pointer) === undefined,
  );
  state.change((draft) => open.forEach(([pointer, value]) => put(draft.exam, pointer, value)));
  const filled = open.map(([pointer, value]) => `${label(pointer)} ${said(pointer, value)}`).join(", ");
  const told = filled ? word("launch.filled", { filled }) : word("launch.nothing_filled");
  return age === null ? `${told} ${word("launch.no_age")}` : told;
}

/**
 * Whole years at a day; null where the date of birth does not settle them (FHIR allows a year or a month alone).
 * @param {string | undefined} birthDate
 * @param {Date} at
 */
export function ageOf(birthDate, at) {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(birthDate ?? "") ?? [];
  if (!year || !isDay(Number(year), Number(month ?? 1), Number(day ?? 1))) return null;
  const reached = (m, d) => at.getMonth() + 1 > m || (at.getMonth() + 1 === m && at.getDate() >= d);
  const age = (m, d) => at.getFullYear() - Number(year) - (reached(m, d) ? 0 : 1);
  const [oldest, youngest] = [age(Number(month ?? 1), Number(day ?? 1)), age(Number(month ?? 12), Number(day ?? 31))];
  return oldest === youngest && oldest >= 0 ? oldest : null;
}

function isDay(year, month, day) {
  const found = new Date(Date.UTC(year, month - 1, day));
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === day;
}
