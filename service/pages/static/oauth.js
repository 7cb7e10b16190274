// Signing in elsewhere by the authorization code flow with PKCE (RFC 6749, RFC 7636), as a public client: there is no
// secret, and the service sees nothing of it. What is under way is kept in the tab, and taken out once.

const KEPT = "nerveroot.oauth.";

/** Why it came to nothing; `code` is one of the words `launch.fault_…` and `signin.fault_…`. */
export class SignInFault extends Error {
  constructor(code, places = {}) {
    super(code);
    this.code = code;
    this.places = places;
  }
}

/** @returns {string} 43 characters that nobody guesses */
export function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The challenge of a verifier, method S256.
 * @param {string} verifier
 */
async function challengeOf(verifier) {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * What a server says of itself, from the first address where it says anything.
 * @param {string[]} addresses
 * @param {string[]} origins that its endpoints may be of
 */
export async function discover(addresses, origins) {
  let missing = new SignInFault("no_discovery");
  for (const address of addresses) {
    let answer;
    try {
      answer = await asked(address, { headers: { Accept: "application/json" } });
    } catch (fault) {
      missing = fault; // an address where nothing is often forgets CORS, too
      continue;
    }
    if (!answer.ok) continue;
    const said = await answer.json().catch(() => ({}));
    for (const name of ["authorization_endpoint", "token_endpoint"]) checkEndpoint(said[name], origins);
    if (!said.code_challenge_methods_supported?.includes("S256")) throw new SignInFault("no_pkce");
    return said;
  }
  throw missing;
}

/** An endpoint that is not where the settings say could be anybody's. */
function checkEndpoint(endpoint, origins) {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : null;
  if (url === null) throw new SignInFault("no_endpoint");
  const safe = url.protocol === "https:" || (url.protocol === "http:" && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname));
  if (!safe || !origins.includes(url.origin)) throw new SignInFault("foreign_endpoint", { origin: url.origin });
}

/**
 * The address at which to sign in; what is needed on the way back is kept.
 * @param {{purpose: string, server: object, clientId: string, redirect: string, params: Record<string, string>, more?: object}} asked
 */
export async function authorizationAddress({ purpose, server, clientId, redirect, params, more = {} }) {
  const [state, verifier] = [randomText(), randomText()];
  const issuer = server.issuer ?? null;
  const names = server.authorization_response_iss_parameter_supported === true;
  const kept = { purpose, verifier, token: server.token_endpoint, issuer, names, clientId, redirect, ...more };
  sessionStorage.setItem(KEPT + state, JSON.stringify(kept));
  const address = new URL(server.authorization_endpoint);
  const all = {
    ...params,
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirect,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(all)) address.searchParams.set(name, value);
  return address.href;
}

let back;

/**
 * What the address brings back from a sign-in, exchanged for a token; null where it brings nothing. Once a page.
 * @returns {Promise<?{purpose: string, token?: object, fault?: SignInFault, more: object}>}
 */
export function returned() {
  back ??= exchanged();
  return back;
}

async function exchanged() {
  const query = new URLSearchParams(window.location.search);
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return null;
  // At once, so that neither a reload nor the history of the browser holds the code.
  window.history.replaceState(null, "", window.location.pathname);
  const key = KEPT + query.get("state");
  const more = JSON.parse(sessionStorage.getItem(key) ?? "null");
  sessionStorage.removeItem(key);
  if (more === null) return { purpose: "launch", fault: new SignInFault("unknown_state"), more: {} };
  try {
    return { purpose: more.purpose, token: await tokenFor(query, more), more };
  } catch (fault) {
    return { purpose: more.purpose, fault: fault instanceof SignInFault ? fault : new SignInFault("unreachable"), more };
  }
}

async function tokenFor(query, { verifier, token, issuer, names, clientId, redirect }) {
  // RFC 9207: an answer that names another server than the one asked, or none where it always does, is of a mix-up.
  if (issuer && (names || query.has("iss")) && query.get("iss") !== issuer) throw new SignInFault("other_issuer");
  if (query.has("error")) throw new SignInFault(query.get("error") === "access_denied" ? "denied" : "refused");
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    code: query.get("code"),
    redirect_uri: redirect,
    client_id: clientId,
    code_verifier: verifier,
  });
  const answer = await asked(token, { method: "POST", body, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new SignInFault("not_exchanged");
  const held = await answer.json().catch(() => ({}));
  if (typeof held.access_token !== "string" || held.token_type?.toLowerCase() !== "bearer") throw new SignInFault("not_exchanged");
  return held;
}

/**
 * Ask another server; nothing of the page goes along.
 * @param {string} address
 * @param {RequestInit} options
 */
export async function asked(address, options = {}) {
  try {
    return await fetch(address, { credentials: "omit", cache: "no-store", redirect: "error", referrerPolicy: "no-referrer", ...options });
  } catch {
    throw new SignInFault("unreachable");
  }
}

/** The address of the bedside page itself, without a query: where a sign-in leads back to. */
export function ownAddress() {
  return new URL("./", window.location.href.split(/[?#]/)[0]).href;
}
