// Passkeys: before a form with fields for a passkey is sent, asks the browser for the passkey and fills them.
"use strict";

const supported = Boolean(window.PublicKeyCredential && PublicKeyCredential.parseRequestOptionsFromJSON);
for (const part of document.querySelectorAll("[data-needs-passkeys]")) part.hidden = !supported;
for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = supported;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const missing = [...form.querySelectorAll("[data-passkey]")].filter((field) => isMissing(field, form));
  if (!missing.length) return;
  event.preventDefault();
  try {
    for (const field of missing) field.value = await answerFor(field, form.elements.token.value);
  } catch (error) {
    for (const field of missing) field.value = "";
    say(form, error);
    return;
  }
  form.submit();
});

function isMissing(field, form) {
  const code = form.elements.factor_code; // with a typed code, no passkey is needed
  return !field.value && !(field.name === "signed" && code && code.value.trim());
}

async function answerFor(field, token) {
  const answer = await fetch(field.dataset.options, { method: "POST", body: new URLSearchParams({ token }) });
  if (!answer.ok || answer.redirected) throw new Error("This form has expired. Reload the page.");
  const options = await answer.json();
  const credential = field.dataset.passkey === "create"
    ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  return JSON.stringify(credential);
}

function say(form, error) {
  const words = {
    NotAllowedError: "No passkey was used: the request was cancelled, or it took too long. Try again.",
    InvalidStateError: "This device already has a passkey for your account.",
  };
  const told = form.querySelector("[role=alert]") || form.appendChild(document.createElement("p"));
  told.setAttribute("role", "alert");
  told.className = "trouble";
  told.textContent = words[error.name] || error.message;
}
