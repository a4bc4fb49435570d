// Says how strong a new password is while it is typed. The server judges, because it knows what the person is called; it keeps
// nothing of what it is asked. Without this file the hint and the server's refusal say the same, later.
const PAUSE = 300;  // milliseconds without a key

for (const meter of document.querySelectorAll("[data-strength]")) watch(meter, meter.closest("form"));

function watch(meter, form) {
  const input = form.elements.password;
  let pause, asking, able = true;
  input.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(look, PAUSE);
  });
  look();  // a browser may have filled it before

  async function look() {
    asking?.abort();
    if (!able || !input.value) return show({});
    const own = asking = new AbortController();
    try {
      const answer = await ask(input.value, own.signal);
      if (own === asking) show(answer);
    } catch {
      if (own !== asking) return;  // a later one is under way
      able = false;  // signed out, or asked too often: the page is as good without
      show({});
    }
  }

  async function ask(password, signal) {
    const body = new URLSearchParams({csrf: form.elements.csrf.value, password});
    const response = await fetch(meter.dataset.strength, {method: "POST", body, redirect: "error", signal});
    if (!response.ok) throw new Error(response.status);
    return response.json();
  }

  function show({score = "", words = "", advice = ""}) {
    meter.dataset.score = score;
    meter.querySelector("[data-words]").textContent = words;
    meter.querySelector("[data-advice]").textContent = advice;
  }
}
