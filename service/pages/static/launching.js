// `/launch`: from the record system to its sign-in, and from there to the bedside page (SMART App Launch 2, EHR launch;
// without `launch` the standalone one).

import { authorizationAddress, discover, ownAddress, SignInFault } from "./oauth.js";
import { settings } from "./page_settings.js";
import { word } from "./words.js";

async function launch() {
  const query = new URLSearchParams(window.location.search);
  const [iss, launched] = [query.get("iss"), query.get("launch")];
  if (!iss) throw new SignInFault("no_iss");
  // One that is not configured could be anybody's: nothing is fetched from it.
  const known = settings.smart.find((each) => each.iss === iss);
  if (!known) throw new SignInFault("unknown_iss");
  const server = await discover([`${iss.replace(/\/$/, "")}/.well-known/smart-configuration`], known.origins);
  const read = server.capabilities?.includes("permission-v2") ? "patient/Patient.rs" : "patient/Patient.read";
  const scope = ["openid", "fhirUser", launched ? "launch" : "launch/patient", read].join(" ");
  const address = await authorizationAddress({
    purpose: "launch",
    server,
    clientId: known.client_id,
    redirect: ownAddress(),
    params: { aud: iss, scope, ...(launched ? { launch: launched } : {}) },
    more: { iss },
  });
  window.location.replace(address);
}

launch().catch((fault) => {
  const { code, places } = fault instanceof SignInFault ? fault : { code: "unreachable", places: {} };
  document.getElementById("launch").textContent = word(`launch.fault_${code}`, places);
});
