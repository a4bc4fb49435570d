// A relying party on openid-client, which checks every answer itself. The person's browser is on the other side of
// the pipe: this prints where it must go, reads where it came back to, and at last prints what the app came to know.
//
// argv[2]: {"issuer", "clientId", "method", "secret" | "jwk", "redirectUri", "signedOutUri", "acr", "maxAge"}
import { createInterface } from "node:readline/promises";
import { webcrypto } from "node:crypto";
import * as client from "openid-client";

const asked = JSON.parse(process.argv[2]);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => console.log(JSON.stringify(message));

async function signingKey() {
  const algorithm = { name: "ECDSA", namedCurve: "P-256" };
  const key = await webcrypto.subtle.importKey("jwk", asked.jwk, algorithm, false, ["sign"]);
  return { key, kid: asked.jwk.kid };
}

async function authentication() {
  switch (asked.method) {
    case "client_secret_basic":
      return client.ClientSecretBasic(asked.secret);
    case "client_secret_post":
      return client.ClientSecretPost(asked.secret);
    case "private_key_jwt":
      return client.PrivateKeyJwt(await signingKey());
    default:
      return client.None();
  }
}

const config = await client.discovery(new URL(asked.issuer), asked.clientId, undefined, await authentication(), {
  execute: [client.allowInsecureRequests],
});
const checks = {
  pkceCodeVerifier: client.randomPKCECodeVerifier(),
  expectedState: client.randomState(),
  expectedNonce: client.randomNonce(),
  maxAge: asked.maxAge,
};
const parameters = {
  redirect_uri: asked.redirectUri,
  scope: "openid profile email offline_access",
  code_challenge: await client.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  code_challenge_method: "S256",
  state: checks.expectedState,
  nonce: checks.expectedNonce,
  claims: JSON.stringify({ id_token: { acr: { essential: true, values: [asked.acr] } } }),
  max_age: String(asked.maxAge),
};

async function authorizationUrl() {
  switch (asked.method) {
    case "client_secret_basic":
      return client.buildAuthorizationUrl(config, parameters);
    case "private_key_jwt": {
      const signed = await client.buildAuthorizationUrlWithJAR(config, parameters, await signingKey());
      return client.buildAuthorizationUrlWithPAR(config, signed.searchParams);
    }
    default:
      return client.buildAuthorizationUrlWithPAR(config, parameters);
  }
}

say({ go: (await authorizationUrl()).href });
const answer = new URL((await lines.next()).value);

const tokens = await client.authorizationCodeGrant(config, answer, checks);
const claims = tokens.claims();
const userinfo = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
const isConfidential = asked.method !== "none";
const introspect = async (token) => (isConfidential ? await client.tokenIntrospection(config, token) : {});
const before = await introspect(renewed.access_token);
await client.tokenRevocation(config, renewed.refresh_token);
const after = await introspect(renewed.access_token);
const own = isConfidential ? await client.clientCredentialsGrant(config) : {};
const goodbye = client.buildEndSessionUrl(config, {
  id_token_hint: renewed.id_token,
  post_logout_redirect_uri: asked.signedOutUri,
  state: "leaving",
});
say({ claims, userinfo, renewed: renewed.claims(), before, after, own, goodbye: goodbye.href });
