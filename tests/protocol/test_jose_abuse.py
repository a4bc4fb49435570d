"""Every attack on tokens at every endpoint that takes one: all refused, none by a fault, none slowly."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.signing.jws import CompactJws, read_object
from tests.support import tables
from tests.support.back_channel import BackChannelClient, basic
from tests.support.browser import Browser
from tests.support.ciba import CLIENT
from tests.support.ciba import PATH as CIBA
from tests.support.client_assertions import KEY, Signer
from tests.support.dpop import KeyHolder
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jose_abuse import Genuine, attacks
from tests.support.relying_party import RelyingParty
from tests.support.trusted_issuers import BY_KEY, AssertionClient, trust
from tests.support.trusted_issuers import KEY as TRUSTED_KEY

SLOWEST = 10.0
"""Seconds of computing for one answer, garbage collections included; what is searched again and again takes minutes."""
SCOPES = ("openid", "offline_access", "security")
BYE = "https://app.example.test/bye"
ANY_KEY = {"embedded jwk", "unknown kid", "kid is a path", "kid is a list"}
"""A proof brings its key by itself, and its `kid` means nothing."""


@dataclass(frozen=True)
class Entrance:
    """An endpoint that takes tokens of one kind."""

    genuine: Genuine
    submit: Callable[[str], TestResponse]
    accepts: Callable[[TestResponse], bool] = lambda answer: answer.status_code == 200
    types: set[str] = field(default_factory=set)
    harmless: set[str] = field(default_factory=set)


def own_key(harness: Harness, token: str) -> tuple[JWK, dict[str, Any], dict[str, Any]]:
    """Our private key behind a token of ours, its header and its claims."""
    jws = CompactJws.parse(token)
    return harness.services.keyring._ring.keys[jws.header["kid"]].jwk, jws.header, read_object(jws.payload, "payload")


def own(harness: Harness, token: str) -> Genuine:
    """A token of ours, taken apart."""
    return Genuine(*own_key(harness, token))


def assertion(path: str) -> Callable[[Harness, Someone], Entrance]:
    """An endpoint where clients authenticate."""

    def build(harness: Harness, _: Someone) -> Entrance:
        signer = Signer(harness)
        types = {"JWT", "client-authentication+jwt"}
        genuine = Genuine(KEY, signer.header(), signer.claims())
        return Entrance(genuine, lambda token: signer.post(token, path), types=types)

    return build


def proof_at_token(harness: Harness, _: Someone) -> Entrance:
    """DPoP at the token endpoint."""
    holder = KeyHolder(BackChannelClient(harness))
    genuine = Genuine(holder.key, holder.header(), holder.claims("/token"))
    return Entrance(genuine, holder.client_credentials, types={"dpop+jwt"}, harmless=ANY_KEY)


def proof_at_api(harness: Harness, jane: Someone) -> Entrance:
    """DPoP at an API: its key must be that of the token."""
    holder = KeyHolder(BackChannelClient(harness))
    token = (holder.redeem(holder.rp.granted(jane)).json or {})["access_token"]
    genuine = Genuine(holder.key, holder.header(), holder.claims("/userinfo", "GET", token))
    return Entrance(
        genuine,
        lambda proof: holder.get("/userinfo", token, proof=proof),
        types={"dpop+jwt"},
        harmless=ANY_KEY - {"embedded jwk"},
    )


def access_token(harness: Harness, jane: Someone) -> Entrance:
    """An API."""
    rp = BackChannelClient(harness)
    return Entrance(own(harness, rp.tokens(jane, scopes=SCOPES)["access_token"]), rp.userinfo, types={"at+jwt"})


def account_api(harness: Harness, jane: Someone) -> Entrance:
    """Our other API, which wants more of the sign-in; the token is good if that is all it lacks."""
    rp = BackChannelClient(harness, scopes=list(SCOPES))
    return Entrance(
        own(harness, rp.tokens(jane, scopes=SCOPES)["access_token"]),
        lambda token: rp.get("/api/security", token),
        accepts=lambda answer: answer.status_code == 200 or "insufficient_user_authentication" in answer.text,
        types={"at+jwt"},
    )


def introspected(harness: Harness, jane: Someone) -> Entrance:
    """Introspection."""
    rp = BackChannelClient(harness)
    return Entrance(
        own(harness, rp.tokens(jane)["access_token"]),
        rp.introspect,
        accepts=lambda answer: bool((answer.json or {}).get("active")),
        types={"at+jwt"},
    )


def revoked(harness: Harness, jane: Someone) -> Entrance:
    """Revocation, which answers 200 whatever it gets."""
    rp = BackChannelClient(harness)
    return Entrance(
        own(harness, rp.tokens(jane)["access_token"]),
        rp.revoke,
        accepts=lambda _: tables.count(harness, "revoked_tokens") > 0,
        types={"at+jwt"},
    )


def vouched(harness: Harness, _: Someone) -> Entrance:
    """An assertion of a trusted issuer."""
    trust(harness)
    assertion_client = AssertionClient(harness)
    genuine = Genuine(TRUSTED_KEY, BY_KEY, assertion_client.claims())
    return Entrance(genuine, assertion_client.present, types={"JWT", "authorization-grant+jwt"})


def hint(path: str, **query: str) -> Callable[[Harness, Someone], Entrance]:
    """An ID token as a hint."""

    def build(harness: Harness, jane: Someone) -> Entrance:
        app, browser = RelyingParty(harness, id_token_signed_response_alg="ES256"), Browser(harness)
        token = app.tokens_from(app.sign_in(browser, jane))["id_token"]

        def submit(given: str) -> TestResponse:
            sent = (query or app.request(prompt="none")) | {"id_token_hint": given}
            return browser.client.get(path, query_string=sent, headers=browser.headers)

        def accepts(answer: TestResponse) -> bool:
            return answer.status_code == 303 and "error=" not in answer.location

        return Entrance(own(harness, token), submit, accepts, types={"JWT"})

    return build


def request_of_ciba(harness: Harness, _: Someone) -> Entrance:
    """Signed authentication requests."""
    signer = Signer(harness, "till", **CLIENT | {"token_endpoint_auth_method": "client_secret_basic"})
    asked = {"scope": "openid", "login_hint": "jane", "binding_message": "4711"}
    claims = signer.claims(nbf=harness.clock.now(), sub=None) | asked
    types = {"JWT", "oauth-authz-req+jwt"}
    return Entrance(
        Genuine(KEY, signer.header(), claims), lambda token: signer.rp.post(CIBA, {"request": token}), types=types
    )


ENTRANCES: dict[str, Callable[[Harness, Someone], Entrance]] = {
    "client assertion at /token": assertion("/token"),
    "client assertion at /introspect": assertion("/introspect"),
    "client assertion at /revoke": assertion("/revoke"),
    "proof at /token": proof_at_token,
    "proof at /userinfo": proof_at_api,
    "access token at /userinfo": access_token,
    "access token at /api/security": account_api,
    "access token at /introspect": introspected,
    "access token at /revoke": revoked,
    "trusted assertion at /token": vouched,
    "hint at /authorize": hint("/authorize"),
    "signed request at /bc-authorize": request_of_ciba,
    "hint at /logout": hint("/logout", post_logout_redirect_uri=BYE),
}


@pytest.mark.parametrize("name", ENTRANCES)
def test_every_attack_is_refused(harness: Harness, jane: Someone, name: str) -> None:
    """The genuine token is accepted afterwards: no attack has used it up, and the entrance is the right one."""
    entrance = ENTRANCES[name](harness, jane)
    for attack, token in attacks(entrance.genuine, types=entrance.types, harmless=entrance.harmless).items():
        began = time.thread_time()
        answer = entrance.submit(token)
        took = time.thread_time() - began
        assert answer.status_code < 500, (attack, answer.text)
        assert not entrance.accepts(answer), (attack, answer.text)
        assert took < SLOWEST, (attack, took)
    assert entrance.accepts(entrance.submit(entrance.genuine.token))


OPENS = {
    "client assertion at /token": {"client assertion"},
    "client assertion at /introspect": {"client assertion"},
    "client assertion at /revoke": {"client assertion"},
    "proof at /token": {"proof for /token"},
    "proof at /userinfo": set[str](),
    "access token at /userinfo": {"access token"},
    "access token at /api/security": {"access token"},
    "access token at /introspect": {"access token", "own token", "refresh token"},
    "access token at /revoke": {"access token", "own token"},
    "trusted assertion at /token": set[str](),
    "hint at /authorize": {"ID token"},
    "signed request at /bc-authorize": set[str](),
    "hint at /logout": {"ID token"},
}
"""Entrance -> the kinds of token that may be accepted there, of all that one client can hold."""


def bunch(harness: Harness, jane: Someone) -> dict[str, str]:
    """One good token of each kind, of the same client."""
    rp = BackChannelClient(harness, "bunch")
    tokens = rp.tokens(jane, scopes=SCOPES)
    keyring, claims = harness.services.keyring, rp.claims_of(tokens["access_token"])
    holder, signer = KeyHolder(rp), Signer(harness, "bunch-signer")
    return {
        "access token": tokens["access_token"],
        "ID token": tokens["id_token"],
        "refresh token": tokens["refresh_token"],
        "code": rp.granted(jane).value,
        "own token": (rp.client_credentials().json or {})["access_token"],
        "logout token": keyring.sign(claims, alg="ES256", typ="logout+jwt"),
        "other audience": keyring.sign(claims | {"aud": "https://api.test"}, alg="ES256", typ="at+jwt"),
        "two audiences": keyring.sign(claims | {"aud": [ISSUER, "https://api.test"]}, alg="ES256", typ="at+jwt"),
        "other issuer": keyring.sign(claims | {"iss": "https://evil.test"}, alg="ES256", typ="at+jwt"),
        "client assertion": signer.assertion(),
        "client assertion for another": signer.assertion(aud="https://evil.test"),
        "proof for /token": holder.proof(),
        "proof for /revoke": holder.proof("/revoke"),
        "client secret": rp.app.secret,
        "basic": basic("bunch", rp.app.secret),
    }


@pytest.mark.parametrize("name", ENTRANCES)
def test_only_the_right_kind_of_token_is_accepted(harness: Harness, jane: Someone, name: str) -> None:
    """ASVS 9.2.2 and 9.2.3: kind and audience, at every endpoint that takes a token."""
    entrance = ENTRANCES[name](harness, jane)
    for kind, token in bunch(harness, jane).items():
        answer = entrance.submit(token)
        assert answer.status_code < 500, (kind, answer.text)
        if entrance.accepts(answer):
            assert kind in OPENS[name], (kind, answer.text)
