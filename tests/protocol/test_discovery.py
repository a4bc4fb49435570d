"""Discovery against reality: each value it lists works (OIDC Discovery 1.0, RFC 8414, conformance section 2.1)."""

import logging
from pathlib import Path
from typing import Any

import pytest
from authlib.oauth2 import rfc9207
from authlib.oidc.discovery import OpenIDProviderMetadata
from authlib.oidc.rpinitiated import OpenIDProviderMetadata as LogoutMetadata
from jwcrypto.common import base64url_decode

from idp.signing.keyring import Keyring
from tests.support.browser import Browser
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, Someone, fresh_harness
from tests.support.relying_party import RelyingParty

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")
DOCUMENTS = (*PATHS, "/jwks")
REGISTERED = {
    "issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "registration_endpoint",
    "introspection_endpoint", "revocation_endpoint", "end_session_endpoint", "scopes_supported",
    "response_types_supported", "response_modes_supported", "grant_types_supported", "acr_values_supported",
    "subject_types_supported", "id_token_signing_alg_values_supported", "token_endpoint_auth_methods_supported",
    "token_endpoint_auth_signing_alg_values_supported", "revocation_endpoint_auth_methods_supported",
    "revocation_endpoint_auth_signing_alg_values_supported", "introspection_endpoint_auth_methods_supported",
    "introspection_endpoint_auth_signing_alg_values_supported", "display_values_supported", "claim_types_supported",
    "claims_supported", "claims_parameter_supported", "request_parameter_supported",
    "request_uri_parameter_supported", "require_request_uri_registration", "require_signed_request_object",
    "request_object_signing_alg_values_supported", "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests", "ui_locales_supported", "code_challenge_methods_supported",
    "authorization_response_iss_parameter_supported", "backchannel_logout_supported",
    "backchannel_logout_session_supported", "dpop_signing_alg_values_supported",
    "userinfo_signing_alg_values_supported",
    "authorization_signing_alg_values_supported", "id_token_encryption_alg_values_supported",
    "id_token_encryption_enc_values_supported", "userinfo_encryption_alg_values_supported",
    "userinfo_encryption_enc_values_supported", "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "introspection_signing_alg_values_supported",
    "device_authorization_endpoint", "authorization_details_types_supported",
    "tls_client_certificate_bound_access_tokens", "mtls_endpoint_aliases",
    "frontchannel_logout_supported", "frontchannel_logout_session_supported",
    "check_session_iframe",
    "backchannel_authentication_endpoint", "backchannel_token_delivery_modes_supported",
    "backchannel_authentication_request_signing_alg_values_supported", "backchannel_user_code_parameter_supported",
}  # fmt: skip
"""Names of the IANA registry that this product could keep."""


def metadata(browser: Browser) -> dict[str, Any]:
    found: dict[str, Any] = browser.get(PATHS[0]).json or {}
    return found


@pytest.mark.module(
    "fapi-ciba-id1-discovery-end-point-verification",
)
@pytest.mark.module(
    "oidcc-discovery-endpoint-verification",
    "oidcc-backchannel-logout-discovery-endpoint-verification",
    "oidcc-frontchannel-logout-discovery-endpoint-verification",
    "oidcc-rp-initiated-logout-discovery-endpoint-verification",
)
@pytest.mark.parametrize("path", PATHS)
def test_oidcc_discovery_endpoint_verification(browser: Browser, path: str) -> None:
    answer = browser.get(path, site="cross-site")
    document = answer.json or {}
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert document["issuer"] == ISSUER
    assert document["end_session_endpoint"] == f"{ISSUER}/logout"
    for way in ("back", "front"):
        assert document[f"{way}channel_logout_supported"] is document[f"{way}channel_logout_session_supported"] is True
    assert all(value.startswith("https://") for name, value in document.items() if name.endswith(("_endpoint", "_uri")))
    assert document.keys() <= REGISTERED
    assert "none" not in repr([value for name, value in document.items() if "_alg_" in name])
    OpenIDProviderMetadata(document).validate(metadata_classes=[LogoutMetadata, rfc9207.AuthorizationServerMetadata])


@pytest.mark.parametrize("path", DOCUMENTS)
def test_documents_are_public_and_cached_shortly(browser: Browser, path: str) -> None:
    """ASVS 3.4.2; and never longer than half the time a new key is published ahead."""
    answer = browser.get(path)
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_in_a_cache_is_confirmed_without_sending_it_again(browser: Browser, path: str) -> None:
    """RFC 9110 sections 13.1.2 and 15.4.5."""
    full = browser.client.get(path)
    tag = full.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = browser.client.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.data) == (304, b""), known
        one, other = dict(full.headers), dict(again.headers)
        assert one.pop("X-Request-Id") != other.pop("X-Request-Id")
        assert other.items() <= one.items()
        assert one.keys() - other.keys() == {"Content-Type", "Content-Length"}
    for unknown in ('"other"', "", "nonsense", '"'):
        assert browser.client.get(path, headers={"If-None-Match": unknown}).data == full.data, unknown


@pytest.mark.parametrize("path", DOCUMENTS)
def test_head_has_the_headers_of_get(browser: Browser, path: str) -> None:
    """RFC 9110 section 9.3.2."""
    full, head = browser.client.get(path), browser.client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert int(head.headers["Content-Length"]) == len(full.data)
    one, other = dict(full.headers), dict(head.headers)
    assert one.pop("X-Request-Id") != other.pop("X-Request-Id")
    assert one == other
    known = browser.client.head(path, headers={"If-None-Match": full.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")


@pytest.mark.parametrize("path", DOCUMENTS)
def test_other_methods_are_refused_with_those_that_are_served(browser: Browser, path: str) -> None:
    refused = browser.client.post(path)
    assert refused.status_code == 405
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_every_answer_has_a_log_line_with_its_request_id(browser: Browser, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "idp.request")
    tag = browser.client.get("/jwks").headers["ETag"]
    caplog.clear()
    answers = [browser.client.get("/jwks"), browser.client.head("/jwks", headers={"If-None-Match": tag})]
    lines = [vars(record) for record in caplog.records]
    names = ("method", "path", "endpoint", "status", "request_id")
    assert [tuple(line[name] for name in names) for line in lines] == [
        (method, "/jwks", "frontchannel.jwks", status, answer.headers["X-Request-Id"])
        for method, status, answer in (("GET", 200, answers[0]), ("HEAD", 304, answers[1]))
    ]


@pytest.mark.module("oidcc-server-rotate-keys")
def test_keys_of_another_process_are_published_within_seconds(harness: Harness, browser: Browser) -> None:
    """And the tag of discovery, which lists the same algorithms, stays."""
    tags = {path: browser.client.get(path).headers["ETag"] for path in DOCUMENTS}
    Keyring.open(harness.settings.keys_dir, clock=harness.clock).rotate(force=True)
    harness.clock.advance(10)
    keys = browser.client.get("/jwks", headers={"If-None-Match": tags["/jwks"]})
    assert len((keys.json or {})["keys"]) == 2 * len(harness.services.keyring.algorithms)
    for path in PATHS:
        assert browser.client.get(path, headers={"If-None-Match": tags[path]}).status_code == 304


def test_every_address_is_there(browser: Browser) -> None:
    """None is a 404, and each refuses what is no request with its own kind of answer."""
    for name, address in metadata(browser).items():
        if name.endswith(("_endpoint", "_uri")):
            path = address.removeprefix(ISSUER)
            statuses = {browser.client.open(path, method=method).status_code for method in ("GET", "POST")}
            assert not statuses & {404, 500}, (name, statuses)


def test_keys_are_public_and_distinct(browser: Browser) -> None:
    """Conformance section 2.1."""
    listed = metadata(browser)
    keys = (browser.get("/jwks").json or {})["keys"]
    assert len({key["kid"] for key in keys}) == len(keys)
    assert {key["alg"] for key in keys} == set(listed["id_token_signing_alg_values_supported"])
    assert {key["kty"] for key in keys} == {"RSA", "EC", "OKP"}, "types that every library can read"
    assert min(len(base64url_decode(key["n"])) for key in keys if key["kty"] == "RSA") >= 256
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & {member for key in keys for member in key}


def test_every_listed_scope_claim_and_acr_is_accepted(harness: Harness, browser: Browser, jane: Someone) -> None:
    listed = metadata(browser)
    app = RelyingParty(harness, scopes=listed["scopes_supported"])
    asked = " ".join(listed["scopes_supported"])
    tokens = app.tokens_from(app.sign_in(browser, jane, scope=asked))
    assert set(tokens["scope"].split()) == set(listed["scopes_supported"])
    told = set(app.userinfo(tokens["access_token"]).json or {}) | set(app.id_claims(tokens))
    assert told - {"at_hash", "jti"} <= set(listed["claims_supported"])
    for acr in listed["acr_values_supported"]:
        app.send(browser, acr_values=acr, prompt="none")
        app.answer(browser)
        app.send(browser, claims=f'{{"id_token": {{"acr": {{"essential": true, "value": "{acr}"}}}}}}', prompt="none")
        assert app.answer(browser).get("error", "") in {"", "interaction_required"}, acr


def test_every_listed_mode_type_and_method_works(harness: Harness, browser: Browser, jane: Someone) -> None:
    listed = metadata(browser)
    app = RelyingParty(harness)
    for mode in listed["response_modes_supported"]:
        for kind in listed["response_types_supported"]:
            for method in listed["code_challenge_methods_supported"]:
                asked = {"response_mode": mode, "response_type": kind, "code_challenge_method": method}
                assert "code" in app.sign_in(browser, jane, **asked)
    for grant_type in listed["grant_types_supported"]:
        answer = app.post("/token", {"grant_type": grant_type})
        assert (answer.json or {}).get("error") != "unsupported_grant_type", grant_type


def test_every_listed_signing_algorithm_can_be_registered(harness: Harness, browser: Browser, jane: Someone) -> None:
    for alg in metadata(browser)["id_token_signing_alg_values_supported"]:
        app = RelyingParty(harness, f"client-{alg}", id_token_signed_response_alg=alg)
        assert app.told(browser, jane)["sub"] == jane.id


def test_signed_requests_are_said_to_be_supported(browser: Browser) -> None:
    """OIDC Discovery section 3, RFC 9101 section 10.5, RFC 9126 section 5; conformance section 2.1."""
    listed = metadata(browser)
    assert listed["request_parameter_supported"] is listed["request_uri_parameter_supported"] is True
    assert listed["request_object_signing_alg_values_supported"] == ["RS256", "PS256", "ES256", "EdDSA"]
    assert listed["pushed_authorization_request_endpoint"] == f"{ISSUER}/par"
    assert listed["require_pushed_authorization_requests"] is False


def test_addresses_come_from_the_issuer_not_from_the_host_header(browser: Browser) -> None:
    answer = browser.client.get(PATHS[0], base_url="https://evil.example")
    assert (answer.status_code, "evil" in answer.text) == (421, False)


def test_without_remembered_devices_their_level_is_not_offered(tmp_path: Path, databases: Databases) -> None:
    with fresh_harness(databases, tmp_path, remember_days=0) as harness:
        listed = metadata(Browser(harness))
    assert listed["acr_values_supported"] == ["pwd", "two-step", "mfa", "phr"]


def test_every_language_is_spoken_to_whoever_asks_for_it(harness: Harness, browser: Browser) -> None:
    spoken = metadata(browser)["ui_locales_supported"]
    assert spoken == ["en", "de", "fr", "es", "ja", "ar"]
    app = RelyingParty(harness)
    for tag in spoken:
        app.send(browser, ui_locales=tag)
        assert f'<html lang="{tag}"' in browser.page.text
