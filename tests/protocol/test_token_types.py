"""Every kind of token at every endpoint: each accepts its own alone (RFC 8725 section 3.11)."""

import pytest

from tests.support.back_channel import BackChannelClient, basic
from tests.support.harness import ISSUER, Harness, Someone

CODE = "code"
KINDS = (
    CODE,
    "access_token",
    "refresh_token",
    "id_token",
    "own_token",
    "logout_token",
    "other_audience",
    "other_issuer",
)

ENDPOINTS = {
    "code grant": {CODE},
    "refresh grant": {"refresh_token"},
    "userinfo": {"access_token"},
    "security": {"access_token"},
    "introspection": {"access_token", "refresh_token", "own_token", "other_audience"},
}
"""Endpoint -> kinds of token that it accepts. An app may ask about its tokens for an API, too."""


class Bunch:
    """One of each kind, all made by us for the same client and person, each freshly good."""

    def __init__(self, harness: Harness, rp: BackChannelClient, person: Someone) -> None:
        self.rp = rp
        scopes = ("openid", "offline_access", "security")
        answer = rp.tokens(person, scopes=scopes)
        self.code = rp.granted(person, scopes=scopes)
        keyring, claims = harness.services.keyring, rp.claims_of(answer["access_token"])
        self.tokens = {
            CODE: self.code.value,
            "own_token": (rp.client_credentials().json or {})["access_token"],
            "logout_token": keyring.sign(claims, alg="ES256", typ="logout+jwt"),
            "other_audience": keyring.sign(claims | {"aud": "https://api.test"}, alg="ES256", typ="at+jwt"),
            "other_issuer": keyring.sign(claims | {"iss": "https://evil.test"}, alg="ES256", typ="at+jwt"),
            **{kind: answer[kind] for kind in ("access_token", "refresh_token", "id_token")},
        }

    def accepted(self, endpoint: str, kind: str) -> bool:
        rp, token = self.rp, self.tokens[kind]
        if endpoint == "introspection":
            return bool((rp.introspect(token).json or {})["active"])
        response = {
            "code grant": lambda: rp.redeem(self.code, code=token),
            "refresh grant": lambda: rp.refresh(token),
            "userinfo": lambda: rp.userinfo(token),
            "security": lambda: rp.get("/api/security", token),
        }[endpoint]()
        assert response.status_code in {200, 400, 401, 403}, response.text
        return response.status_code == 200


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_each_endpoint_accepts_its_own_kind_only(harness: Harness, rp: BackChannelClient, endpoint: str) -> None:
    bunch = Bunch(harness, rp, harness.person("jane", totp=True))
    assert {kind for kind in KINDS if bunch.accepted(endpoint, kind)} == ENDPOINTS[endpoint]


@pytest.mark.parametrize("kind", KINDS)
def test_no_token_passes_for_a_client_secret(harness: Harness, rp: BackChannelClient, jane: Someone, kind: str) -> None:
    token = Bunch(harness, rp, jane).tokens[kind]
    headers = {"Authorization": basic("web", token)}
    assert (
        rp.http.post("/token", data={"grant_type": "client_credentials"}, headers=headers, base_url=ISSUER).status_code
        == 401
    )
