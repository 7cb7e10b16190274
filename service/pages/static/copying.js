// The text for the record: plain, in short lines, without columns, because records show it in any font.

import { element } from "./elements.js";
import { joined } from "./summary.js";
import { word } from "./words.js";

const WIDTH = 78;

/**
 * A summary as plain text.
 * @param {import("./summary.js").Summary} summary
 * @returns {string}
 */
export function textOf({ title, time, urgency, notes, sections }) {
  const head = [title, time, ...notes, urgency && urgency.text.toUpperCase(), ...(urgency?.actions ?? [])];
  const blocks = sections.map(({ heading, lines }) => [
    heading.toUpperCase(),
    ...lines.flatMap(({ name, parts }) => {
      const text = joined(parts);
      return wrapped(name ? word("takeaway.colon", { name, value: text }) : text);
    }),
  ]);
  return [head.filter(Boolean).flatMap(wrapped), ...blocks].map((block) => block.join("\n")).join("\n\n") + "\n";
}

/** Lines of at most 78 characters, as far as words allow; what goes on is set in. */
function wrapped(text) {
  const lines = [];
  let now = "";
  for (const each of text.split(/ +/)) {
    if (now.trim() && now.length + 1 + each.length > WIDTH) {
      lines.push(now);
      now = `  ${each}`;
    } else now = now ? `${now} ${each}` : each;
  }
  return [...lines, now];
}

/**
 * Put a text into the clipboard; where the browser does not allow that, show it to be copied by hand.
 * @param {string} text
 * @param {HTMLElement} place for the text that is shown
 * @param {(text: string) => void} tell
 */
export async function copyText(text, place, tell) {
  place.replaceChildren();
  try {
    await navigator.clipboard.writeText(text);
    tell(word("takeaway.copied", { lines: text.trimEnd().split("\n").length }));
  } catch {
    // Without a secure address there is no clipboard, and a site can forbid it.
    const shown = element("textarea", { readonly: true, rows: 12, "aria-label": word("takeaway.text") });
    shown.value = text;
    place.replaceChildren(shown);
    tell(word("takeaway.copy_by_hand"));
    shown.focus();
    shown.select();
  }
}
