// Says what is wrong with an address while it is typed; without script the same is said when the form is sent.
const WAIT = 400;
for (const input of document.querySelectorAll("[data-check]")) {
  const result = document.querySelector(`[data-check-of="${input.name}"]`);
  const token = input.form.elements.csrf.value;
  let timer, latest = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const number = ++latest;
      const body = new URLSearchParams({ csrf: token, name: input.name, value: input.value });
      try {
        const answer = await fetch(input.dataset.check, { method: "POST", body, redirect: "error" });
        if (!answer.ok || number !== latest) return;
        const { problems } = await answer.json();
        result.textContent = problems.join(" ");
        result.hidden = problems.length === 0;
      } catch {
        result.hidden = true;
      }
    }, WAIT);
  });
}
