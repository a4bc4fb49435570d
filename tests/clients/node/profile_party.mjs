// A relying party on oauth4webapi, which checks each answer of a security profile itself. The person's browser is on
// the other side of the pipe, as in relying_party.mjs.
//
// argv[2]: {"issuer", "clientId", "jwk" | null, "redirectUri", "signs"}
import { createInterface } from "node:readline/promises";
import * as oauth from "oauth4webapi";

const asked = JSON.parse(process.argv[2]);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (message) => console.log(JSON.stringify(message));
const SCOPE = "openid email offline_access";

const issuer = new URL(asked.issuer);
const plainHttp = { [oauth.allowInsecureRequests]: true };
const discovered = await oauth.discoveryRequest(issuer, plainHttp);
const server = await oauth.processDiscoveryResponse(issuer, discovered);
const client = { client_id: asked.clientId, require_auth_time: true };
if (asked.jwk) client.id_token_signed_response_alg = "ES256";
if (asked.signs) Object.assign(client, { authorization_signed_response_alg: "ES256", introspection_signed_response_alg: "ES256" });

async function signingKey() {
  const key = await crypto.subtle.importKey("jwk", asked.jwk, { name: "ECDSA", namedCurve: "P-256" }, false, ["sign"]);
  return { key, kid: asked.jwk.kid };
}
const authentication = asked.jwk ? oauth.PrivateKeyJwt(await signingKey()) : oauth.None();
const proofKey = await oauth.generateKeyPair("ES256");
const DPoP = oauth.DPoP(client, proofKey);
const bound = { DPoP, ...plainHttp };

// A proof without the server's nonce is refused once, with the nonce.
async function withNonce(send, process) {
  try {
    return await process(await send());
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return await process(await send());
  }
}

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const nonce = oauth.generateRandomNonce();
const parameters = new URLSearchParams({
  response_type: "code",
  redirect_uri: asked.redirectUri,
  scope: SCOPE,
  state,
  nonce,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  max_age: "600",
});
if (asked.signs) parameters.set("response_mode", "jwt");

async function sentParameters() {
  if (!asked.signs) return parameters;
  return { request: await oauth.issueRequestObject(server, client, parameters, await signingKey()) };
}
const sent = await sentParameters();
const pushed = await withNonce(
  () => oauth.pushedAuthorizationRequest(server, client, authentication, sent, bound),
  (response) => oauth.processPushedAuthorizationResponse(server, client, response),
);
const go = new URL(server.authorization_endpoint);
go.search = new URLSearchParams({ client_id: client.client_id, request_uri: pushed.request_uri });
say({ go: go.href });
const answer = new URL((await lines.next()).value);

const validate = asked.signs ? oauth.validateJwtAuthResponse : oauth.validateAuthResponse;
const callback = await validate(server, client, answer, state, plainHttp);
let signed;
const tokens = await withNonce(
  () => oauth.authorizationCodeGrantRequest(server, client, authentication, callback, asked.redirectUri, verifier, bound),
  async (response) => {
    const found = await oauth.processAuthorizationCodeResponse(server, client, response, { expectedNonce: nonce, maxAge: 600 });
    await oauth.validateApplicationLevelSignature(server, response, plainHttp);
    return found;
  },
);
const claims = oauth.getValidatedIdTokenClaims(tokens);

// The request for userinfo is also what an API of its own would check: the token and the proof of possession.
const seen = [];
const watched = { ...bound, [oauth.customFetch]: (address, options) => (seen.push(new Request(address, options)), fetch(address, options)) };
const userinfo = await withNonce(
  () => oauth.userInfoRequest(server, client, tokens.access_token, watched),
  (response) => oauth.processUserInfoResponse(server, client, claims.sub, response),
);
const atAnApi = await oauth.validateJwtAccessToken(server, seen.at(-1), asked.issuer, { requireDPoP: true, ...plainHttp });

const renewed = await withNonce(
  () => oauth.refreshTokenGrantRequest(server, client, authentication, tokens.refresh_token, bound),
  (response) => oauth.processRefreshTokenResponse(server, client, response),
);
async function introspect(token) {
  if (!asked.jwk) return {};
  const response = await oauth.introspectionRequest(server, client, authentication, token, plainHttp);
  const found = await oauth.processIntrospectionResponse(server, client, response);
  if (asked.signs) await oauth.validateApplicationLevelSignature(server, response, plainHttp);
  return found;
}
const before = await introspect(renewed.access_token);
const revoked = await oauth.revocationRequest(server, client, authentication, renewed.refresh_token ?? tokens.refresh_token, plainHttp);
await oauth.processRevocationResponse(revoked);
const after = await introspect(renewed.access_token);
const stolen = await fetch(server.userinfo_endpoint, { headers: { authorization: `Bearer ${tokens.access_token}` } });
say({ claims, userinfo, atAnApi, before, after, tokenType: tokens.token_type, bearer: stolen.status });
