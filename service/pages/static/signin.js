// Who asks, where the service wants to know: an access key, or a sign-in at the issuer of the service. Kept in the tab.

import { element } from "./elements.js";
import { authorizationAddress, discover, ownAddress, returned, SignInFault } from "./oauth.js";
import { settings } from "./page_settings.js";
import { word } from "./words.js";

const KEPT = "nerveroot.access";
const HEADERS = {
  api_key: (held) => ({ "X-API-Key": held }),
  jwt: (held) => ({ Authorization: `Bearer ${held}` }),
};

/**
 * The headers with which the page says who asks; none where nobody has signed in.
 * @returns {Record<string, string>}
 */
export function credentials() {
  const held = sessionStorage.getItem(KEPT);
  return held && settings.auth in HEADERS ? HEADERS[settings.auth](held) : {};
}

/**
 * @param {HTMLElement} root
 */
export async function startSignIn(root) {
  if (settings.auth === "none") return;
  const dialog = element("dialog", { "aria-labelledby": "h-signin" });
  document.body.append(dialog);
  const button = element("button", { type: "button", onclick: () => (signedIn() ? signOut() : ask()) });
  root.append(button);
  document.addEventListener("signin-needed", () => {
    const was = signedIn();
    forget();
    if (was) ask("again");
  });
  show();
  const back = await returned();
  if (back?.purpose !== "signin") return;
  if (back.fault) ask(back.fault.code, back.fault.places);
  else keep(back.token.access_token);

  function signedIn() {
    return sessionStorage.getItem(KEPT) !== null;
  }

  function show() {
    button.textContent = word(signedIn() ? "signin.out" : "signin.in");
  }

  function keep(held) {
    sessionStorage.setItem(KEPT, held);
    if (dialog.open) dialog.close();
    show();
    document.dispatchEvent(new CustomEvent("signed-in"));
  }

  function forget() {
    sessionStorage.removeItem(KEPT);
    show();
  }

  function signOut() {
    forget();
    document.dispatchEvent(new CustomEvent("signed-in"));
  }

  /** Ask for the key or the sign-in, and say why where one was not taken. */
  function ask(fault = null, places = {}) {
    const told = fault && element("p.notice", { role: "alert" }, word(`signin.fault_${fault}`, places));
    dialog.replaceChildren(
      element("h2", { id: "h-signin" }, word("signin.heading")),
      ...[told].filter(Boolean),
      settings.sign_in ? elsewhere() : byHand(),
    );
    if (!dialog.open) dialog.showModal();
  }

  function byHand() {
    const input = element("input", { type: "password", id: "i-access", autocomplete: "off", spellcheck: "false", required: true });
    const submit = (event) => {
      event.preventDefault();
      if (input.value.trim()) keep(input.value.trim());
    };
    return element(
      "form",
      { onsubmit: submit },
      element("label", { for: "i-access" }, word(`signin.${settings.auth}`)),
      element("p", {}, input),
      element("p.quiet", {}, word("signin.kept")),
      element("p.buttons", {}, element("button.main", {}, word("signin.in")), cancel()),
    );
  }

  function elsewhere() {
    const go = element("button.main", { type: "button", onclick: leave }, word("signin.at_issuer"));
    return element("div", {}, element("p.quiet", {}, word("signin.kept_entry")), element("p.buttons", {}, go, cancel()));
  }

  function cancel() {
    return element("button", { type: "button", onclick: () => dialog.close() }, word("signin.cancel"));
  }

  async function leave() {
    const { issuer, client_id: clientId, audience } = settings.sign_in;
    const { origin, pathname } = new URL(issuer);
    const path = pathname.replace(/\/$/, "");
    try {
      const server = await discover(
        [`${origin}${path}/.well-known/openid-configuration`, `${origin}/.well-known/oauth-authorization-server${path}`],
        [origin],
      );
      if (server.issuer !== issuer) throw new SignInFault("other_issuer");
      const params = { scope: "openid assess read", resource: audience, audience };
      window.location.assign(await authorizationAddress({ purpose: "signin", server, clientId, redirect: ownAddress(), params }));
    } catch (fault) {
      const { code, places } = fault instanceof SignInFault ? fault : { code: "unreachable", places: {} };
      ask(code, places);
    }
  }
}
