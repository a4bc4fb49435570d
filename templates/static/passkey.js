// Passkeys: asks the browser for a key, puts its answer into the form and sends that. Browsers that cannot keep the page as it is.
const form = document.querySelector("form[data-passkey]");
const button = form.querySelector("[data-passkey-button]");
const trouble = form.querySelector("[data-passkey-trouble]");
const adding = form.dataset.passkey === "create";
const CHALLENGE_LIFE = 240_000;  // milliseconds, a minute less than the server's
let asking;

const able = window.isSecureContext && window.PublicKeyCredential?.parseRequestOptionsFromJSON
  && PublicKeyCredential.parseCreationOptionsFromJSON && PublicKeyCredential.prototype.toJSON;
if (able) {
  for (const part of form.querySelectorAll("[data-passkey-able]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-passkey-unable]")) part.hidden = true;
  button.addEventListener("click", () => ask());
  form.addEventListener("submit", (event) => {  // Enter in the name field sends a form that has no other button
    if (form.elements.credential.value) return;
    event.preventDefault();
    ask();
  });
  if ("autofill" in form.dataset) offer();
}

// Lets the browser offer passkeys where it offers names and passwords, for as long as the page is open.
async function offer(last) {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  if (asking !== last) return;  // the button was pressed meanwhile
  const own = ask("conditional");
  setTimeout(() => offer(own), CHALLENGE_LIFE);
}

function ask(mediation) {
  asking?.abort();
  const own = asking = new AbortController();
  trouble.hidden = true;
  const answer = fetchOptions(own.signal).then((options) => adding
    ? navigator.credentials.create({publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options), signal: own.signal})
    : navigator.credentials.get({publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options), signal: own.signal, mediation}));
  answer.then(send).catch((error) => { if (!mediation && asking === own) explain(error); });
  return own;
}

async function fetchOptions(signal) {
  const body = new URLSearchParams({csrf: form.elements.csrf.value});
  const response = await fetch(form.dataset.options, {method: "POST", body, redirect: "error", signal});
  if (!response.ok) throw new Error(response.status);
  return response.json();
}

function send(credential) {
  form.elements.credential.value = JSON.stringify(credential);
  for (const copied of form.querySelectorAll("[data-passkey-copy]")) {  // the box itself stands in another form
    copied.value = document.getElementById(copied.dataset.passkeyCopy)?.checked ? "1" : "";
  }
  form.requestSubmit();
}

function explain(error) {
  const words = {NotAllowedError: form.dataset.cancelled, InvalidStateError: form.dataset.known};
  trouble.querySelector("p").textContent = words[error.name] ?? form.dataset.failed;
  trouble.hidden = false;
}
