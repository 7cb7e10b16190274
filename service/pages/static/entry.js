// The form: what is entered goes into the state, and the state is what the form shows.

import { announce } from "./elements.js";
import { startLegs } from "./legs.js";
import { mirrored } from "./marks.js";
import { numberOf } from "./numbers.js";
import { get, put, state } from "./state.js";
import { nearest } from "./vocabulary.js";
import { word } from "./words.js";

/**
 * @param {HTMLFormElement} form
 */
export function startEntry(form) {
  startLegs(form);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", (event) => entered(event.target));
  form.addEventListener("input", (event) => {
    // The key of a person counts once it is whole: half of it may be the key of somebody else.
    if (event.target.closest("[data-kind=number]")) entered(event.target);
  });
  clearOnSecondTap(form);
  form.addEventListener("keydown", byKey);
  state.subscribe(() => show(form));
  show(form);
  // What was entered before a reload is in sight again.
  for (const item of form.querySelectorAll(".item.answered")) unfold(item);
}

function entered(input) {
  const item = input.closest("[data-pointer]");
  if (!item || item.dataset.kind === "regions") return;
  const pointer = item.dataset.pointer;
  const value = read(item, input);
  fault(item, Number.isNaN(value) ? word("form.no_number") : "");
  state.change(
    (draft) => {
      // What is no number was not assessed: the number before it is not what is entered.
      put(draft.exam, pointer, Number.isNaN(value) ? undefined : value);
      if (pointer !== "/history/side") return;
      put(draft.page, "/side_stated", value === undefined ? undefined : true);
      put(draft.page, "/marks", mirrored(draft.page.marks, value));
    },
    { key: ["number", "text"].includes(item.dataset.kind) ? pointer : null },
  );
}

/** What an item says as the contract writes it; undefined for not assessed, NaN for what is no number. */
function read(item, input) {
  switch (item.dataset.kind) {
    case "number":
      return numberOf(input.value);
    case "text":
      return input.value.trim() || undefined;
    case "moment":
      return input.value ? new Date(input.value).toISOString() : undefined;
    case "choices":
      return listed(item, input);
    default:
      return meaning(item.dataset.kind, input.value);
  }
}

function meaning(kind, value) {
  if (value === "") return undefined;
  if (kind === "boolean") return value === "true";
  if (kind === "grade" && value !== "weak") return Number(value);
  return value;
}

/** A list that is complete: something of it, or none of it; nothing ticked is not asked. */
function listed(item, input) {
  const boxes = [...item.querySelectorAll("input")];
  const none = boxes.find((each) => each.value === "");
  if (input === none && none.checked) return [];
  const ticked = boxes.filter((each) => each.checked && each !== none).map((each) => each.value);
  return ticked.length ? ticked : undefined;
}

function show(form) {
  const cleared = Object.keys(state.now.exam).length === 0;
  for (const item of form.querySelectorAll("[data-pointer]")) {
    const value = get(state.now.exam, item.dataset.pointer);
    item.classList.toggle("answered", value !== undefined);
    if (cleared) empty(item);
    showValue(item, value);
  }
}

/** Also what is no number, which is in no examination. */
function empty(item) {
  const input = item.querySelector("input[type=text]");
  if (!input || input === document.activeElement) return;
  input.value = "";
  fault(item, "");
}

function showValue(item, value) {
  const inputs = item.querySelectorAll("input");
  switch (item.dataset.kind) {
    case "regions":
      return;
    case "number": {
      const kept = numberOf(inputs[0].value);
      // While somebody types, `4.` is not overwritten by 4, and what is no number stays to be mended.
      if (kept !== value && !(Number.isNaN(kept) && value === undefined)) inputs[0].value = value ?? "";
      return;
    }
    case "text":
      if ((inputs[0].value.trim() || undefined) !== value) inputs[0].value = value ?? "";
      return;
    case "moment":
      if (value === undefined || new Date(inputs[0].value).getTime() !== Date.parse(value)) inputs[0].value = local(value);
      return;
    case "choices":
      inputs.forEach((each) => {
        each.checked = each.value === "" ? value?.length === 0 : Boolean(value?.includes(each.value));
      });
      return;
    default:
      inputs.forEach((each) => {
        each.checked = meaning(item.dataset.kind, each.value) === value;
      });
  }
}

/** A moment as a field for date and time has it: the clock of this place, to the minute. */
function local(moment) {
  if (moment === undefined) return "";
  const at = new Date(moment);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** A tap on the answer that is chosen takes it back. */
function clearOnSecondTap(form) {
  let chosen = null;
  form.addEventListener("pointerdown", (event) => {
    const input = event.target.closest("label")?.querySelector("input[type=radio]");
    chosen = input?.checked && input.value !== "" ? input : null;
  });
  form.addEventListener("click", (event) => {
    // The second click of a double one takes nothing back.
    if (event.detail !== 1 || event.target !== chosen || event.target.type !== "radio") return;
    chosen = null;
    choose(event.target.closest("[data-pointer]"), "");
  });
}

/** Choose an answer of a radio group by its value, and put the focus there. */
function choose(item, value) {
  const input = item.querySelector(`input[value="${CSS.escape(value)}"]`);
  if (!input) return;
  input.checked = true;
  input.focus();
  entered(input);
}

function byKey(event) {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || target.type !== "radio") return;
  const item = target.closest("[data-pointer]");
  if (key === "Delete" || key === "Backspace") {
    choose(item, "");
  } else if (item.dataset.kind === "grade" && (key === "+" || key === "-")) {
    const grade = item.querySelector("input:checked").value;
    // Half a grade more than nothing is nothing.
    if (/\d/.test(grade)) choose(item, String(Number(grade) + (key === "+" ? 0.5 : -0.5)));
  } else {
    const answers = [...item.querySelectorAll("input")].filter((each) => each.value !== "");
    // A digit is the grade itself, or 4 would mean 4 minus.
    const named = answers.filter((each) => (/\d/.test(key) ? each.value : firstOf(each)) === key.toLowerCase());
    if (named.length === 0) return;
    // Where two answers begin alike, in some language, the key goes from one to the next.
    choose(item, named[(named.findIndex((each) => each.checked) + 1) % named.length].value);
  }
  event.preventDefault();
}

function firstOf(input) {
  return input.nextElementSibling.textContent.trim().charAt(0).toLowerCase();
}

/**
 * Say what is wrong with an item beside it; nothing takes it away.
 * @param {HTMLElement} item
 * @param {string} text
 */
export function fault(item, text) {
  let place = item.querySelector(".fault");
  if (!place && !text) return;
  if (!place) {
    place = document.createElement("p");
    place.className = "fault";
    place.id = `fault-${item.dataset.pointer.slice(1).replaceAll("/", "-")}`;
    item.append(place);
  }
  place.textContent = text;
  place.hidden = !text;
  for (const input of item.querySelectorAll("input")) {
    if (text) input.setAttribute("aria-describedby", place.id);
    else input.removeAttribute("aria-describedby");
    input.toggleAttribute("aria-invalid", Boolean(text));
  }
}

/**
 * Go to the control of an item, wherever it is, and put the focus on it.
 * @param {string} pointer
 */
export function jump(pointer) {
  const item = nearest(pointer);
  if (!item) return;
  unfold(item);
  const place = item.dataset.kind === "regions" ? document.getElementById("body") : item;
  const focus = place.querySelector("input:checked") ?? place.querySelector("input, button, [tabindex]");
  place.scrollIntoView({ block: "center" });
  focus?.focus({ preventScroll: true });
  place.classList.remove("shown");
  requestAnimationFrame(() => place.classList.add("shown"));
  announce(item.dataset.label);
}

function unfold(item) {
  for (let each = item.parentElement; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
}
