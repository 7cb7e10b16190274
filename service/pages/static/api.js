// Every call of the service: who asks, in which language, and relative to the page, so that it works behind a prefix.

import { credentials } from "./signin.js";

/**
 * @param {string} path without a slash before it
 * @param {{method?: string, body?: unknown, type?: string, headers?: Record<string, string>, signal?: AbortSignal}} asked
 * @returns {Promise<Response>} rejected where nothing was reached
 */
export async function ask(path, { method = "POST", body, type = "application/json", headers = {}, signal } = {}) {
  const shown = credentials();
  const answer = await fetch(path, {
    method,
    signal,
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
    headers: {
      ...(body === undefined ? {} : { "Content-Type": type }),
      "Accept-Language": document.documentElement.lang,
      ...shown,
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  // Whoever has signed in anew meanwhile is not signed out by the answer to what was sent before.
  const same = JSON.stringify(shown) === JSON.stringify(credentials());
  if (answer.status === 401 && same) document.dispatchEvent(new CustomEvent("signin-needed"));
  return answer;
}
