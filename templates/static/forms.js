// Every form works without this file. With it: a form is sent once however often it is clicked (a second copy of the same code
// would be refused as used), and a password can be shown while typing.
for (const form of document.querySelectorAll("form")) {
  form.addEventListener("submit", (event) => {
    // After this turn, so that the pressed button's own name and value are still sent.
    setTimeout(() => setBusy(form, !event.defaultPrevented));
    // A send that was stopped or lost leaves the page in place: let it be tried again.
    setTimeout(() => setBusy(form, false), 8000);
  });
}

// A page brought back by the back button is shown as it was left: let it be used again.
addEventListener("pageshow", () => document.querySelectorAll("form").forEach((form) => setBusy(form, false)));

function setBusy(form, busy) {
  form.ariaBusy = String(busy);
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = busy;
}

for (const button of document.querySelectorAll("[data-reveal]")) {
  const input = document.getElementById(button.dataset.reveal);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-label", visible ? button.dataset.hideLabel : button.dataset.showLabel);
  };
  button.hidden = false;
  button.parentElement.classList.add("has-reveal");
  button.addEventListener("click", () => show(input.type === "password"));
  // Sent masked, so that browsers never offer the password again as an ordinary suggestion.
  input.form.addEventListener("submit", () => show(false));
}
