"""Responses signed and encrypted for one client: ID tokens, userinfo, authorization responses (JARM).

OIDC Core sections 5.3.2, 10 and 16.14; JARM; RFC 7516. What a client is registered for decides, nothing else.
"""

import functools
import json
from typing import Any

import pytest
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK

from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.client_responses import signing_alg
from tests.support import tables
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.relying_party import RelyingParty

SIGNING = ("RS256", "PS256", "ES256", "EdDSA")
ENCRYPTION = (("RSA-OAEP-256", "A256GCM"), ("ECDH-ES", "A128CBC-HS256"), ("ECDH-ES+A256KW", None))

BROKEN = {"keys": [{"kty": "EC", "crv": "P-256"}, {"kty": "EC", "crv": []}, {"kty": [], "use": {}}, 1]}


@functools.cache
def own_keys() -> dict[str, JWK]:
    """The keys of a client: one for signatures, which nobody may encrypt to, and one of each type."""
    return {
        "sig": JWK.generate(kty="RSA", size=2048, kid="sig", use="sig"),
        "RSA": JWK.generate(kty="RSA", size=2048, kid="rsa", use="enc"),
        "EC": JWK.generate(kty="EC", crv="P-256", kid="ec"),
    }


def jwks(*names: str) -> dict[str, Any]:
    return {"keys": [own_keys()[name].export_public(as_dict=True) for name in names or ("sig", "RSA", "EC")]}


def decrypted(token: str, alg: str, enc: str | None) -> tuple[dict[str, Any], str]:
    """Header and content of a JWE, as the client reads it."""
    key = own_keys()["RSA" if alg.startswith("RSA") else "EC"]
    found = JWE(algs=[alg, enc or "A128CBC-HS256"])
    found.deserialize(token, key)
    return dict(found.jose_header), found.payload.decode()


@pytest.mark.module("oidcc-userinfo-rs256")
@pytest.mark.parametrize("alg", SIGNING)
def test_oidcc_userinfo_rs256(harness: Harness, jane: Someone, alg: str) -> None:
    """Signed as registered: iss and aud, no nonce; nothing of ours accepts it as a token."""
    rp = RelyingParty(harness, metadata=ClientMetadata(userinfo_signed_response_alg=alg))
    response = rp.userinfo(rp.tokens(jane, scopes=("openid", "email"))["access_token"])
    assert (response.status_code, response.mimetype) == (200, "application/jwt")
    assert response.headers["Cache-Control"] == "no-store"
    header, claims = rp.verified(response.text)
    assert (header["alg"], "typ" in header) == (alg, False)
    assert claims == {
        "iss": ISSUER,
        "aud": "web",
        "iat": harness.clock.now(),
        "sub": jane.id,
        "email": "jane@example.test",
        "email_verified": False,
    }
    for path in ("/userinfo", f"/logout?id_token_hint={response.text}"):
        assert rp.get(path, response.text).status_code in {400, 401}
    assert rp.introspect(response.text).json == {"active": False}


def test_userinfo_names_us_whatever_a_profile_holds(harness: Harness) -> None:
    rp = RelyingParty(harness, metadata=ClientMetadata(userinfo_signed_response_alg="ES256"))
    person = harness.person("max", profile={"name": "Max", "iss": "evil", "aud": "evil"})
    _, claims = rp.verified(rp.userinfo(rp.tokens(person, scopes=("openid", "profile"))["access_token"]).text)
    assert (claims["iss"], claims["aud"], claims["name"]) == (ISSUER, "web", "Max")


@pytest.mark.parametrize(("alg", "enc"), ENCRYPTION)
def test_responses_are_encrypted_to_the_key_of_the_client(
    harness: Harness, jane: Someone, alg: str, enc: str | None
) -> None:
    """Signed, then encrypted (OIDC Core section 16.14); userinfo perhaps encrypted alone."""
    metadata = ClientMetadata(
        id_token_encrypted_response_alg=alg,
        id_token_encrypted_response_enc=enc,
        userinfo_encrypted_response_alg=alg,
        userinfo_encrypted_response_enc=enc,
    )
    rp = RelyingParty(harness, metadata=metadata, jwks=jwks())
    tokens = rp.tokens(jane, scopes=("openid", "email", "offline_access"))
    header, signed = decrypted(tokens["id_token"], alg, enc)
    expected = {"alg": alg, "enc": enc or "A128CBC-HS256", "cty": "JWT", "kid": "rsa" if "RSA" in alg else "ec"}
    assert expected.items() <= header.items()
    assert rp.claims_of(signed, "JWT")["sub"] == jane.id
    again = (rp.refresh(tokens["refresh_token"]).json or {})["id_token"]
    assert rp.claims_of(decrypted(again, alg, enc)[1], "JWT")["sub"] == jane.id
    response = rp.userinfo(tokens["access_token"])
    header, content = decrypted(response.text, alg, enc)
    assert (response.mimetype, "cty" in header) == ("application/jwt", False)
    assert json.loads(content)["email"] == "jane@example.test"


def test_signed_userinfo_is_encrypted_too(harness: Harness, jane: Someone) -> None:
    metadata = ClientMetadata(userinfo_signed_response_alg="PS256", userinfo_encrypted_response_alg="ECDH-ES")
    rp = RelyingParty(harness, metadata=metadata, jwks=jwks())
    header, signed = decrypted(rp.userinfo(rp.tokens(jane)["access_token"]).text, "ECDH-ES", None)
    assert header["cty"] == "JWT"
    assert rp.verified(signed)[1]["sub"] == jane.id


def test_nothing_is_sent_in_clear_for_want_of_a_key(harness: Harness, browser: Browser, jane: Someone) -> None:
    """A key for signatures is none, nor one of another type; the error says it, and nothing is issued."""
    wanted = ClientMetadata(
        id_token_encrypted_response_alg="ECDH-ES",
        userinfo_encrypted_response_alg="ECDH-ES",
        authorization_encrypted_response_alg="ECDH-ES",
    )
    for number, keys in enumerate((None, jwks("sig"), jwks("RSA"), BROKEN)):
        rp = RelyingParty(harness, f"app-{number}", metadata=wanted, jwks=keys)
        refused(rp.redeem(rp.granted(jane)), "invalid_request")
        rp.send(browser, response_mode="jwt")
        assert rp.error(browser) == "invalid_request", number
    blind = BackChannelClient(harness, "blind", metadata=ClientMetadata(userinfo_encrypted_response_alg="ECDH-ES"))
    response = blind.userinfo(blind.tokens(jane)["access_token"])
    assert (response.status_code, (response.json or {})["error"]) == (400, "invalid_request")
    assert tables.count(harness, "login_flows") == 0


@pytest.mark.parametrize("mode", ["jwt", "query.jwt", "fragment.jwt", "form_post.jwt"])
def test_jarm_signs_responses_good_and_bad(harness: Harness, browser: Browser, jane: Someone, mode: str) -> None:
    """iss, aud, exp within ten minutes, and the parameters; `RelyingParty` verifies them."""
    app = RelyingParty(harness, metadata=ClientMetadata(authorization_signed_response_alg="PS256"))
    assert app.told(browser, jane, response_mode=mode)["sub"] == jane.id
    app.send(browser, response_mode=mode, scope="unknown")
    assert app.error(browser) == "invalid_scope"
    if mode != "form_post.jwt":
        assert ("#" in browser.left_for) == (mode == "fragment.jwt")


def test_jarm_response_is_encrypted_for_a_client_that_wants_it(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    metadata = ClientMetadata(
        authorization_encrypted_response_alg="RSA-OAEP-256", authorization_encrypted_response_enc="A256GCM"
    )
    app = RelyingParty(harness, metadata=metadata, jwks=jwks())
    app.send(browser, response_mode="jwt")
    browser.submit(username=jane.username, password=jane.password)
    token = browser.left_for.partition("?response=")[2]
    _, claims = app.verified(decrypted(token, "RSA-OAEP-256", "A256GCM")[1])
    assert (claims["iss"], claims["aud"], claims["state"]) == (ISSUER, "web", app.sent["state"])
    assert app.tokens_from(claims)["token_type"] == "Bearer"


def test_a_profile_decides_what_signs_and_whether(harness: Harness, browser: Browser) -> None:
    """FAPI 2.0 Security Profile section 5.4.1: never RS256; Message Signing section 5.4: responses are JWTs."""
    app = RelyingParty(harness, metadata=ClientMetadata(security_profile="fapi2-message-signing"))
    app.send(browser)
    assert app.error(browser) == "invalid_request"
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client
    assert [signing_alg(client, alg) for alg in ("RS256", None, "ES256")] == ["PS256", "PS256", "ES256"]
