// Counts down to when another code may be sent, and keeps the button from being pressed in vain until then. Without this file
// the page says how long it is, and a press that comes too early changes nothing.
const waiting = document.querySelector("[data-countdown]");
const button = document.querySelector("[data-after-countdown]");
if (waiting && button) {
  const until = Date.now() + Number(waiting.dataset.countdown) * 1000;
  const shown = waiting.querySelector("[data-left]");
  button.setAttribute("aria-disabled", "true");
  button.form.addEventListener("submit", (event) => { if (Date.now() < until) event.preventDefault(); });
  const timer = setInterval(() => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    shown.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    if (left) return;
    clearInterval(timer);
    waiting.hidden = true;
    button.removeAttribute("aria-disabled");
  }, 1000);
}
