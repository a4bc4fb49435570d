"""Request objects by value and by reference: RFC 9101, OpenID Connect Core section 6, FAPI 2.0 Message Signing 5."""

from typing import Any

import pytest

from idp.kernel.clock import HOUR, MINUTE
from idp.messaging.fetched_documents import MOST_KEPT, MOST_PER_NETWORK
from idp.signing.algorithms import FOREIGN
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.jws import hmac_signed, unsigned
from tests.support.network import ABROAD, browser_at
from tests.support.receiver import Asked, receiver
from tests.support.relying_party import RelyingParty, is_page
from tests.support.signed_requests import STRANGER, SigningParty


@pytest.fixture
def app(harness: Harness) -> SigningParty:
    return SigningParty(harness)


def test_a_signed_request_is_a_request(app: SigningParty, browser: Browser, jane: Someone) -> None:
    """By every algorithm in request_object_signing_alg_values_supported."""
    for alg in FOREIGN:
        app.send(browser, alg=alg, typ="oauth-authz-req+jwt", claims={"id_token": {"email": None}}, max_age=100)
        told = app.id_claims(app.tokens_from(app.go_through(browser, jane)))
        assert (told["email"], "auth_time" in told) == ("jane@example.test", True), alg


@pytest.mark.module("oidcc-ensure-request-object-with-redirect-uri")
def test_what_is_inside_wins(app: SigningParty, browser: Browser, jane: Someone) -> None:
    """OIDC Core section 6.1, oidcc-ensure-request-object-with-redirect-uri."""
    app.send_object(
        browser, app.signed(), redirect_uri="https://evil.example/", state="outside", nonce="outside", prompt="login"
    )
    app.id_claims(app.tokens_from(app.go_through(browser, jane)))


BESIDE: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"security_profile": "strict"}, False),
    ({"require_signed_request_object": True}, False),
]


def test_what_is_beside_counts_only_for_clients_that_may_leave_it_unsigned(harness: Harness) -> None:
    """RFC 9101 section 6.3."""
    for number, (metadata, counts) in enumerate(BESIDE):
        app, browser = SigningParty(harness, f"app{number}", **metadata), Browser(harness)
        app.send_object(browser, app.signed(), prompt="none")
        assert browser.at.startswith("/login/") is not counts


REFUSED: list[dict[str, Any]] = [
    {"key": STRANGER},
    {"typ": "at+jwt"},
    {"iss": "other"},
    {"client_id": "other"},
    {"sub": "web"},
    {"aud": "https://evil.test"},
    {"aud": ["https://evil.test", f"{ISSUER}/"]},
    {"exp": 1},
    {"exp": "soon"},
    {"nbf": 9_999_999_999},
    {"request": "e30.e30."},
    {"request_uri": "https://app.example.test/r"},
    {"state": ["a"]},
    {"max_age": True},
]


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-request-object-with-invalid-signature-fails",
    "fapi2-security-profile-final-ensure-matching-key-in-authorization-request",
    "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails",
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri",
)
def test_a_faulty_object_is_refused_to_where_it_says(app: SigningParty, browser: Browser) -> None:
    for wrong in REFUSED:
        app.send_object(browser, app.signed(**wrong), redirect_uri=app.app.redirect_uri, state=app.sent["state"])
        assert app.error(browser) == "invalid_request_object", wrong


def test_only_the_registered_algorithm_counts(harness: Harness, browser: Browser) -> None:
    app = SigningParty(harness, request_object_signing_alg="PS256")
    app.send(browser, alg="ES256")
    assert app.error(browser) == "invalid_request_object"
    app.send(browser, alg="PS256")
    assert browser.at.startswith("/login/")


@pytest.mark.module("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
def test_an_unsigned_object_is_refused_to_where_it_says(app: SigningParty, browser: Browser) -> None:
    """oidcc-unsigned-request-object-supported-correctly-or-rejected: response_mode, state, redirect_uri only inside."""
    claims = app.claims(response_mode="form_post")
    app.send_object(browser, unsigned({"alg": "none"}, claims))
    assert app.error(browser) == "request_not_supported"
    app.send_object(browser, hmac_signed(app.app.secret.encode(), {"alg": "HS256"}, claims))
    assert app.error(browser) == "invalid_request_object"


def test_an_object_leads_to_registered_addresses_only(app: SigningParty, browser: Browser) -> None:
    for token in (app.signed(redirect_uri="https://evil.example/"), "e30.e30.", "x"):
        app.send_object(browser, token)
        assert is_page(browser)


def test_a_client_without_keys_signs_nothing(harness: Harness, browser: Browser) -> None:
    app = SigningParty(harness, jwks={"keys": []})
    app.send(browser)
    assert app.error(browser) == "invalid_request_object"


def test_a_client_that_must_sign_must_sign(harness: Harness, browser: Browser) -> None:
    """RFC 9101 section 10.5."""
    app = SigningParty(harness, require_signed_request_object=True)
    RelyingParty.send(app, browser)
    assert app.error(browser) == "invalid_request"
    app.send(browser)
    assert browser.at.startswith("/login/")


STRICT: list[tuple[bool, dict[str, int | None]]] = [
    (True, {}),
    (True, {"nbf": 8}),
    (True, {"nbf": -10 * MINUTE, "exp": 50 * MINUTE}),
    (False, {"exp": None}),
    (False, {"nbf": None}),
    (False, {"exp": -MINUTE}),
    (False, {"nbf": MINUTE}),
    (False, {"exp": HOUR + MINUTE}),
    (False, {"nbf": -HOUR - MINUTE, "exp": -1}),
]


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-expired-request-object-fails",
    "fapi2-security-profile-final-ensure-request-object-with-bad-aud-fails",
    "fapi2-security-profile-final-ensure-request-object-with-exp-over-60-fails",
    "fapi2-security-profile-final-ensure-request-object-with-multiple-aud-succeeds",
    "fapi2-security-profile-final-ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted",
    "fapi2-security-profile-final-ensure-request-object-with-nbf-over-60-fails",
    "fapi2-security-profile-final-ensure-request-object-without-exp-fails",
    "fapi2-security-profile-final-ensure-request-object-without-nbf-fails",
)
def test_times_of_strict_objects(harness: Harness, browser: Browser) -> None:
    """FAPI 2.0 Message Signing section 5.3.1: exp and nbf, an hour between them at most, nbf an hour ago at most."""
    app, now = SigningParty(harness, security_profile="strict"), harness.clock.now()
    for good, times in STRICT:
        app.send(browser, **{name: None if value is None else now + value for name, value in times.items()})
        assert browser.at.startswith("/login/") is good, times
    for good, aud in ((True, [ISSUER, "https://other.test"]), (False, None)):
        app.send(browser, aud=aud)
        assert browser.at.startswith("/login/") is good, aud


@pytest.mark.module(
    "oidcc-request-uri-signed-rs256",
    "oidcc-request-uri-unsigned",
    "oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
)
def test_a_request_by_reference(local: Harness) -> None:
    """oidcc-request-uri-signed-rs256: fetched from the registered address; one with a fragment once."""
    served, asked = [""], [0]

    def serve(_: Asked) -> tuple[int, bytes]:
        asked[0] += 1
        return (200 if served[0] else 404), served[0].encode()

    with receiver(serve) as server:
        address = f"{server.origin}/request.jwt"
        app, browser, jane = SigningParty(local, request_uris=[f"{address}#v1"]), Browser(local), local.person()
        served[0] = app.signed(alg="RS256")
        app.send_object(browser, None, request_uri=f"{address}#v1")
        app.id_claims(app.tokens_from(app.go_through(browser, jane)))
        app.send_object(browser, None, request_uri=f"{address}#v1")
        assert asked == [1]
        for number in (2, 3):
            app.send_object(browser, None, request_uri=address)
            assert asked == [number]
        outside = {"redirect_uri": app.app.redirect_uri, "state": app.sent["state"]}
        app.send_object(browser, None, request_uri=f"{server.origin}/other.jwt", **outside)
        assert app.error(browser) == "invalid_request_uri"
        assert asked == [3], "only registered addresses are called"
        served[0] = unsigned({"alg": "none"}, app.claims(response_mode="form_post"))
        app.send_object(browser, None, request_uri=address)
        assert app.error(browser) == "request_uri_not_supported"
        served[0] = ""
        app.sent.pop("response_mode")
        outside["state"] = app.sent["state"]
        app.send_object(browser, None, request_uri=address, **outside)
        assert app.error(browser) == "invalid_request_uri"
        app.send_object(browser, app.signed(), request_uri=address)
        assert is_page(browser)


def test_made_up_versions_of_a_request_are_not_kept(local: Harness) -> None:
    """Anybody can make them up: they must not push documents of others out, nor make us fetch without a bound."""
    asked = [0]

    def serve(_: Asked) -> tuple[int, bytes]:
        asked[0] += 1
        return 200, b"x"

    with receiver(serve) as server:
        address = f"{server.origin}/request.jwt"
        app, other = SigningParty(local, request_uris=[f"{address}#v1"]), browser_at(local)
        stranger, unknown = browser_at(local, ABROAD), browser_at(local, "")
        app.signed()
        for number in (1, 2):
            app.send_object(stranger, None, request_uri=f"{address}#made-up")
            assert asked == [number]
        for number in range(MOST_PER_NETWORK):
            app.send_object(stranger, None, request_uri=f"{address}#{number}")
        assert asked == [MOST_PER_NETWORK]
        app.send_object(other, None, request_uri=address)
        assert asked == [MOST_PER_NETWORK + 1], "other networks are not kept out"
        app.send_object(stranger, None, request_uri=f"{address}#v1")
        assert asked == [MOST_PER_NETWORK + 2], "nor is what is registered"
        local.clock.advance(MINUTE)
        app.send_object(stranger, None, request_uri=address)
        assert asked == [MOST_PER_NETWORK + 3]
        for number in range(MOST_PER_NETWORK + 1):
            app.send_object(unknown, None, request_uri=f"{address}#{number}")
        assert asked == [2 * MOST_PER_NETWORK + 4], "who has no address shares no bound"


def test_more_versions_than_are_kept_are_not_fetched_without_a_bound(local: Harness) -> None:
    """They push each other out, so each would be fetched every time."""
    asked = [0]

    def serve(_: Asked) -> tuple[int, bytes]:
        asked[0] += 1
        return 200, b"x"

    with receiver(serve) as server:
        addresses = [f"{server.origin}/request.jwt#{number}" for number in range(MOST_KEPT + 9)]
        app, stranger, other = SigningParty(local, request_uris=addresses), browser_at(local, ABROAD), browser_at(local)
        app.signed()
        for address in (*addresses, *addresses[:9]):
            app.send_object(stranger, None, request_uri=address)
        assert asked == [MOST_KEPT]
        app.send_object(other, None, request_uri=addresses[-1])
        assert asked == [MOST_KEPT + 1], "other networks are not kept out"
        local.clock.advance(MINUTE)
        app.send_object(stranger, None, request_uri=addresses[-2])
        assert asked == [MOST_KEPT + 2]
