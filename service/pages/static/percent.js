// A probability in words, no more precise than it is.

import { word } from "./words.js";

/**
 * `under 10 %`, `over 90 %`, or whole per cent between, as the texts of the service say it.
 * @param {number} probability
 */
export function percent(probability) {
  const value = Math.round(100 * probability);
  if (probability < 0.1) return word("answer.percent_under");
  if (probability > 0.9) return word("answer.percent_over");
  return word("answer.percent", { value });
}
