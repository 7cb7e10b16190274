// Searching the rules: what has all the words is shown, the rest hidden, and the address keeps what was searched for.

import { state } from "./state.js";
import { word } from "./words.js";

const PAUSE = 400;

/**
 * A text as it is compared: small letters, no accents, one kind of dash and of blank.
 * @param {string} text
 * @returns {string}
 */
export function plain(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").replace(/[\u2010-\u2015]/g, "-").replace(/\s+/g, " ").toLowerCase();
}

/**
 * The words of a query, each once.
 * @param {string} query
 * @returns {string[]}
 */
export function wordsOf(query) {
  return [...new Set(plain(query).split(" ").filter(Boolean))];
}

/**
 * Whether a text has all the words, anywhere.
 * @param {string} text as `plain` makes it
 * @param {string[]} words
 * @returns {boolean}
 */
function hasAll(text, words) {
  return words.every((each) => text.includes(each));
}

/**
 * The id that an address names after its #.
 * @param {Location} place
 * @returns {string}
 */
function anchor(place) {
  try {
    return decodeURIComponent(place.hash.slice(1));
  } catch {
    return "";
  }
}

function start() {
  const box = document.getElementById("q");
  const count = document.getElementById("count");
  const indexed = (selector) => [...document.querySelectorAll(selector)].map((element) => (
    { element, text: plain(`${element.textContent} ${element.dataset.keys}`) }
  ));
  const rules = indexed(".rule");
  const sources = indexed(".bibliography li");
  const families = [...document.querySelectorAll(".family")];
  let pausing = 0;

  function show() {
    const words = wordsOf(box.value);
    const named = anchor(window.location);
    const hits = rules.filter(({ text }) => hasAll(text, words)).length;
    let beside = "";
    for (const { element, text } of rules) {
      const hit = hasAll(text, words);
      // A link to a rule leads to it whatever is searched for.
      if (!hit && element.id === named) beside = named;
      element.hidden = !hit && element.id !== named;
    }
    for (const { element, text } of sources) element.hidden = !hasAll(text, words) && element.id !== named;
    for (const family of families) family.hidden = !family.querySelector(".rule:not([hidden])");
    for (const link of document.querySelectorAll(".contents a")) {
      const family = document.getElementById(anchor(link)).parentElement;
      link.parentElement.hidden = family.hidden;
      link.nextElementSibling.textContent = family.querySelectorAll(".rule:not([hidden])").length;
    }
    for (const section of document.querySelectorAll(".retired")) section.hidden = words.length > 0;
    const listed = document.querySelector(".bibliography");
    listed.hidden = !listed.querySelector("li:not([hidden])");
    document.getElementById("q-clear").disabled = box.value === "";
    highlight(words.filter((each) => each.length > 1));
    // Said once the typing rests, or every letter would be read out.
    clearTimeout(pausing);
    pausing = setTimeout(() => { count.textContent = told(hits, words, beside); }, PAUSE);
  }

  function told(hits, words, beside) {
    if (words.length === 0) return word("rules.count_all", { all: rules.length });
    const query = box.value.trim();
    const said = word(hits ? "rules.count" : "rules.count_none", { shown: hits, all: rules.length, query });
    return beside ? `${said} ${word("rules.count_beside", { id: beside })}` : said;
  }

  function keep() {
    const address = new URL(window.location.href);
    if (box.value.trim()) address.searchParams.set("q", box.value.trim());
    else address.searchParams.delete("q");
    window.history.replaceState(null, "", address);
  }

  function search() {
    keep();
    show();
    // From far down the page, too, the first hits are seen.
    count.scrollIntoView({ block: "nearest" });
  }

  function clear() {
    box.value = "";
    search();
    box.focus();
  }

  function goTo(id) {
    const place = id && document.getElementById(id);
    if (place) place.scrollIntoView();
  }

  document.getElementById("finder").hidden = false;
  box.value = new URLSearchParams(window.location.search).get("q") ?? "";
  box.addEventListener("input", search);
  document.getElementById("q-clear").addEventListener("click", clear);
  window.addEventListener("hashchange", () => {
    show();
    goTo(anchor(window.location));
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape" && event.target === box && box.value) {
      event.preventDefault();
      clear();
    // Single keys are turned off where they are on the page of the examination (WCAG 2.2, 2.1.4).
    } else if (event.key === "/" && event.target !== box && !state.now.page.keys_off) {
      event.preventDefault();
      box.focus();
      box.select();
    }
  });
  show();
  if (box.value) goTo(anchor(window.location));
}

/** Mark the words where the browser can without touching the text. */
function highlight(words) {
  if (!window.CSS?.highlights) return;
  const ranges = words.length ? [...document.querySelectorAll(".rule:not([hidden])")].flatMap((rule) => found(rule, words)) : [];
  CSS.highlights.set("found", new Highlight(...ranges));
}

function found(rule, words) {
  const walker = document.createTreeWalker(rule, NodeFilter.SHOW_TEXT);
  const ranges = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const text = node.data.toLowerCase();
    // Where a small letter is longer than the large one the places would be wrong.
    for (const each of text.length === node.length ? words : []) {
      for (let at = text.indexOf(each); at >= 0; at = text.indexOf(each, at + each.length)) {
        const range = new Range();
        range.setStart(node, at);
        range.setEnd(node, at + each.length);
        ranges.push(range);
      }
    }
  }
  return ranges;
}

start();
