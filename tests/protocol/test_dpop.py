"""DPoP: RFC 9449, conformance section 1.5 (8) to (10). Each module of the suite is here under its subject."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.sender_constraint.dpop import normalize_uri
from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush
from tests.support.dpop import KeyHolder, new_key
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import hmac_signed, unsigned
from tests.support.relying_party import RelyingParty

BOUND = ClientMetadata(dpop_bound_access_tokens=True)
USERINFO = "/userinfo"


@pytest.fixture
def holder(rp: BackChannelClient) -> KeyHolder:
    """A confidential client with a key."""
    return KeyHolder(rp)


def challenged(response: TestResponse, error: str) -> None:
    """Asserts a refusal of an API with a DPoP challenge (RFC 9449 section 7.1)."""
    refused(response, error, 401)
    challenge = response.headers["WWW-Authenticate"]
    assert challenge.startswith("DPoP ")
    assert 'algs="PS256 ES256 EdDSA"' in challenge
    assert f'error="{error}"' in challenge


def test_happy_flow(holder: KeyHolder, jane: Someone) -> None:
    """RFC 9449 sections 5 to 7: the token says whose it is, and each API asks for that key."""
    answer = holder.redeem(holder.rp.granted(jane)).json or {}
    token = answer["access_token"]
    assert answer["token_type"] == "DPoP"
    assert holder.rp.claims_of(token)["cnf"] == {"jkt": holder.jkt}
    assert holder.get(USERINFO, token).json == {"sub": jane.id}
    assert holder.get(USERINFO, token, scheme="dpop").status_code == 200
    found = holder.rp.introspect(token).json or {}
    assert (found["token_type"], found["cnf"]) == ("DPoP", {"jkt": holder.jkt})
    own = holder.client_credentials().json or {}
    assert (own["token_type"], holder.rp.claims_of(own["access_token"])["cnf"]) == ("DPoP", {"jkt": holder.jkt})


@pytest.mark.parametrize(
    ("alg", "kind"), [("PS256", {"kty": "RSA", "size": 2048}), ("EdDSA", {"kty": "OKP", "crv": "Ed25519"})]
)
def test_other_algorithms(rp: BackChannelClient, alg: str, kind: dict[str, Any]) -> None:
    assert KeyHolder(rp, JWK.generate(**kind), alg).client_credentials().status_code == 200


@pytest.mark.module("fapi2-security-profile-final-dpop-negative-tests")
def test_bound_token_is_no_bearer_token(holder: KeyHolder, jane: Someone) -> None:
    """RFC 9449 section 7.1: whoever has it and not the key has nothing."""
    token = (holder.redeem(holder.rp.granted(jane)).json or {})["access_token"]
    challenged(holder.rp.userinfo(token), "invalid_token")
    challenged(holder.get(USERINFO, token, scheme="Bearer"), "invalid_token")
    posted = holder.rp.post(USERINFO, {"access_token": token}, anonymous=True, headers={"DPoP": holder.proof(USERINFO)})
    challenged(posted, "invalid_token")
    challenged(holder.get("/api/security", token, scheme="Bearer"), "invalid_token")
    challenged(KeyHolder(holder.rp).get(USERINFO, token), "invalid_token")


def test_unbound_token_is_not_sent_as_dpop(holder: KeyHolder, jane: Someone) -> None:
    token = holder.rp.tokens(jane)["access_token"]
    challenged(holder.get(USERINFO, token), "invalid_token")


DEFECTS: dict[str, Callable[[KeyHolder], str]] = {
    "no typ": lambda h: h.proof(header={"typ": None}),
    "typ JWT": lambda h: h.proof(header={"typ": "JWT"}),
    "none": lambda h: unsigned(h.header(alg="none"), h.claims("/token")),
    "HS256": lambda h: hmac_signed(h.key.export_public().encode(), h.header(alg="HS256"), h.claims("/token")),
    "RS256": lambda h: KeyHolder(h.rp, JWK.generate(kty="RSA", size=2048), "RS256").proof(),
    "no jwk": lambda h: h.proof(header={"jwk": None}),
    "jwk of another": lambda h: h.proof(header={"jwk": new_key().export_public(as_dict=True)}),
    "private jwk": lambda h: h.proof(header={"jwk": h.key.export_private(as_dict=True)}),
    "secret jwk": lambda h: h.proof(header={"jwk": {"kty": "oct", "k": "AAAA"}}),
    "half a jwk": lambda h: h.proof(header={"jwk": {"kty": "EC", "crv": "P-256", "x": "AA"}}),
    "jwk is text": lambda h: h.proof(header={"jwk": "x"}),
    "crit": lambda h: h.proof(header={"crit": ["jti"]}),
    "jku": lambda h: h.proof(header={"jku": "https://evil.test/jwks"}),
    "no jti": lambda h: h.proof(jti=None),
    "long jti": lambda h: h.proof(jti="x" * 256),
    "jti is a number": lambda h: h.proof(jti=1),
    "no htm": lambda h: h.proof(htm=None),
    "wrong htm": lambda h: h.proof(htm="GET"),
    "htm in lower case": lambda h: h.proof(htm="post"),
    "no htu": lambda h: h.proof(htu=None),
    "other path": lambda h: h.proof("/userinfo"),
    "other host": lambda h: h.proof(htu="https://evil.test/token"),
    "other scheme": lambda h: h.proof(htu="http://id.example.test/token"),
    "htu is a list": lambda h: h.proof(htu=[f"{ISSUER}/token"]),
    "htu is nonsense": lambda h: h.proof(htu="https://[::1/token"),
    "no iat": lambda h: h.proof(iat=None),
    "iat is text": lambda h: h.proof(iat="now"),
    "iat is true": lambda h: h.proof(iat=True),
    "too old": lambda h: h.proof(iat=h.rp.harness.clock.now() - 3600),
    "from the future": lambda h: h.proof(iat=h.rp.harness.clock.now() + 3600),
    "two proofs": lambda h: f"{h.proof()}, {h.proof()}",
    "two parts": lambda h: h.proof().rpartition(".")[0],
    "nonsense": lambda _: "x",
}


@pytest.mark.module("fapi2-security-profile-final-dpop-negative-tests")
def test_wrong_proofs_are_refused(holder: KeyHolder) -> None:
    """RFC 9449 section 4.3."""
    for name, defect in DEFECTS.items():
        answer = holder.client_credentials(defect(holder))
        assert (answer.json or {}).get("error") == "invalid_dpop_proof", name
        refused(answer, "invalid_dpop_proof")
    assert tables.count(holder.rp.harness, "dpop_proofs") == 0
    assert tables.events(holder.rp.harness, "token.refused") == len(DEFECTS)


@pytest.mark.module(
    "fapi2-security-profile-final-check-dpop-proof-nbf-exp",
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-after-succeeds",
    "fapi2-security-profile-final-ensure-dpopproof-with-iat-10seconds-before-succeeds",
)
def test_harmless_differences_are_accepted(holder: KeyHolder) -> None:
    now = holder.rp.harness.clock.now()
    uris = f"{ISSUER}/token?a=b#c", "HTTPS://ID.EXAMPLE.TEST:443/%74oken"
    accepted: list[dict[str, Any]] = [
        *({"htu": uri} for uri in uris),
        {"iat": now - 10},
        {"iat": now + 10},
        {"exp": 1, "nbf": 9e12},
    ]
    for changes in accepted:
        assert holder.client_credentials(holder.proof(**changes)).status_code == 200, changes


def test_uris_in_one_spelling() -> None:
    """RFC 3986 section 6.2.2 and 6.2.3."""
    assert normalize_uri("https://A.test:443") == normalize_uri("https://a.test/") == "https://a.test/"
    assert normalize_uri("https://a.test:444/") == "https://a.test:444/"
    for wrong in ("", "/token", "ftp://a.test/", "https://u@a.test/", "https://a.test:x/", "https://[a/"):
        assert normalize_uri(wrong) == "", wrong


def test_proof_is_for_one_token(holder: KeyHolder, jane: Someone) -> None:
    """`ath` (RFC 9449 section 4.3 item 12)."""
    one, two = ((holder.redeem(holder.rp.granted(jane)).json or {})["access_token"] for _ in range(2))
    challenged(holder.get(USERINFO, one, proof=holder.proof(USERINFO, method="GET", token=two)), "invalid_dpop_proof")
    challenged(holder.get(USERINFO, one, proof=holder.proof(USERINFO, method="GET")), "invalid_dpop_proof")


def test_proof_works_once(holder: KeyHolder, jane: Someone) -> None:
    """RFC 9449 section 11.1, at the token endpoint and at an API."""
    proof = holder.proof()
    token = (holder.redeem(holder.rp.granted(jane), proof).json or {})["access_token"]
    refused(holder.client_credentials(proof), "invalid_dpop_proof")
    assert tables.events(holder.rp.harness, "token.issued") == 1
    proof = holder.proof(USERINFO, method="GET", token=token)
    assert holder.get(USERINFO, token, proof=proof).status_code == 200
    challenged(holder.get(USERINFO, token, proof=proof), "invalid_dpop_proof")


def test_proof_is_used_once_of_32(holder: KeyHolder) -> None:
    """Both databases: one statement decides."""
    form, headers = {"grant_type": "client_credentials"}, {"DPoP": holder.proof()}

    def one() -> int:
        return holder.rp.twin().post("/token", form, headers=headers).status_code

    assert Counter(rush([one] * CROWD)) == {200: 1, 400: CROWD - 1}
    assert tables.count(holder.rp.harness, "dpop_proofs") == 1


def test_strangers_store_no_proofs(harness: Harness, jane: Someone) -> None:
    """Anybody knows a public client's id, and can sign proofs."""
    app = BackChannelClient(harness, "app", token_endpoint_auth_method="none", secret_digest=None)
    holder = KeyHolder(app)
    refused(holder.refresh("guessed"), "invalid_grant")
    code = app.granted(jane)
    code = type(code)("guessed", code.redirect_uri, code.verifier)
    refused(holder.redeem(code), "invalid_grant")
    assert tables.count(harness, "dpop_proofs") == 0


def test_client_that_binds_its_tokens_always_does(harness: Harness, jane: Someone) -> None:
    """`dpop_bound_access_tokens` (RFC 9449 section 5.2)."""
    rp = BackChannelClient(harness, "bound", metadata=BOUND)
    refused(rp.redeem(rp.granted(jane)), "invalid_request")
    refused(rp.client_credentials(), "invalid_request")
    assert KeyHolder(rp).redeem(rp.granted(jane)).status_code == 200


def test_refresh_token_of_a_public_client_is_bound(harness: Harness, jane: Someone) -> None:
    """RFC 9449 section 5: a thief of the token lacks the key."""
    app = BackChannelClient(harness, "app", token_endpoint_auth_method="none", secret_digest=None)
    holder = KeyHolder(app)
    token = (holder.redeem(app.granted(jane)).json or {})["refresh_token"]
    refused(KeyHolder(app).refresh(token), "invalid_grant")
    refused(app.refresh(token), "invalid_grant")
    answer = holder.refresh(token).json or {}
    assert app.claims_of(answer["access_token"])["cnf"] == {"jkt": holder.jkt}
    refused(KeyHolder(app).refresh(token), "invalid_grant")
    refused(app.refresh(token), "invalid_grant")
    again = holder.refresh(token).json or {}
    assert again["refresh_token"] == answer["refresh_token"], "had again with the same key only"


def test_confidential_client_may_change_its_key(holder: KeyHolder, jane: Someone) -> None:
    """RFC 9449 section 5: it proves itself anyway. But it cannot fall back to tokens that anybody can use."""
    token = (holder.redeem(holder.rp.granted(jane)).json or {})["refresh_token"]
    refused(holder.rp.refresh(token), "invalid_grant")
    other = KeyHolder(holder.rp)
    answer = other.refresh(token).json or {}
    assert holder.rp.claims_of(answer["access_token"])["cnf"] == {"jkt": other.jkt}


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-dpop-auth-code-binding-success",
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-jkt",
)
def test_dpop_jkt_binds_the_code(harness: Harness, browser: Browser, jane: Someone) -> None:
    """RFC 9449 section 10: a stolen code is no use without the key, and is not used up by trying."""
    app = RelyingParty(harness)
    holder = KeyHolder(app)
    answer = app.sign_in(browser, jane, dpop_jkt=holder.jkt)
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": app.sent["redirect_uri"]}
    form["code_verifier"] = app.verifier
    refused(app.post("/token", form), "invalid_grant")
    refused(KeyHolder(app).token_request(form), "invalid_grant")
    assert holder.token_request(form).status_code == 200


def test_malformed_dpop_jkt_is_refused(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    app.send(browser, dpop_jkt="short")
    assert app.error(browser) == "invalid_request"


def test_nonces(holder: KeyHolder, jane: Someone) -> None:
    """RFC 9449 sections 8 and 9: by setting, at both kinds of endpoint, and each for two periods."""
    object.__setattr__(holder.rp.harness.settings, "dpop_nonce_lifetime", 60)
    code = holder.rp.granted(jane)
    answer = holder.redeem(code)
    refused(answer, "use_dpop_nonce")
    holder.nonce = answer.headers["DPoP-Nonce"]
    answer = holder.redeem(code)
    token = (answer.json or {})["access_token"]
    assert answer.headers["DPoP-Nonce"] == holder.nonce
    assert holder.get(USERINFO, token).status_code == 200
    holder.rp.harness.clock.advance(60)
    assert holder.get(USERINFO, token).headers["DPoP-Nonce"] != holder.nonce
    holder.rp.harness.clock.advance(60)
    answer = holder.get(USERINFO, token)
    challenged(answer, "use_dpop_nonce")
    holder.nonce = answer.headers["DPoP-Nonce"]
    assert holder.get(USERINFO, token).status_code == 200


def test_without_nonces_none_is_sent(holder: KeyHolder) -> None:
    assert "DPoP-Nonce" not in holder.client_credentials().headers
