// OpenID Connect Session Management 1.0 section 3.2. A client posts "client_id session_state"; the answer says whether the cookie
// still is the one that the client's `session_state` was made of. Nothing is sent to the server.
const cookie = `${document.currentScript.dataset.cookie}=`;

function browserState() {
  return document.cookie.split("; ").find((each) => each.startsWith(cookie))?.slice(cookie.length) ?? "";
}

async function compare(message, origin) {
  const [, clientId, digest, salt] = /^(\S+) ([0-9a-f]{64})\.(\S+)$/.exec(message) ?? [];
  if (!clientId) return "error";
  const text = new TextEncoder().encode(`${clientId} ${origin} ${browserState()} ${salt}`);
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", text));
  const now = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return now === digest ? "unchanged" : "changed";
}

addEventListener("message", async (event) => {
  if (event.source && event.origin !== "null") event.source.postMessage(await compare(event.data, event.origin), event.origin);
});
