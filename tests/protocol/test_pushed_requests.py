"""Pushed authorization requests: RFC 9126, and what FAPI 2.0 adds (conformance 1.5 (5))."""

import contextlib
import functools
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from idp.kernel.clock import MINUTE
from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.client_registrations import ClientRegistration
from idp.persistence.grants import grants
from idp.persistence.pushed_requests import pushed_requests
from idp.protocol.authorize.request_object import RequestObjectRefused, read_request_object
from idp.security_profiles import must_push, must_sign
from tests.support import tables
from tests.support.back_channel import Code, refused
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush, twin
from tests.support.databases import Databases, SqliteDatabases
from tests.support.dpop import KeyHolder
from tests.support.harness import Harness, Someone, fresh_harness, migrate
from tests.support.jws import unsigned
from tests.support.network import browser_at
from tests.support.outages import LOCKED, outage, wait_briefly
from tests.support.pushed_requests import PushingParty, open_request_uri
from tests.support.relying_party import is_page
from tests.support.signed_requests import SigningParty
from tests.support.statements import metered

DEMANDED = ClientMetadata(require_pushed_authorization_requests=True)


@pytest.fixture
def app(harness: Harness) -> PushingParty:
    return PushingParty(harness, metadata=DEMANDED)


@pytest.mark.module("fapi2-security-profile-final-par-without-duplicate-parameters")
def test_a_pushed_request_leads_to_a_code(app: PushingParty, browser: Browser, jane: Someone) -> None:
    """RFC 9126 sections 2.2 and 4; what is beside the reference does not count."""
    response = app.pushed()
    body = response.json or {}
    assert (response.status_code, response.headers["Cache-Control"], body["expires_in"]) == (201, "no-store", MINUTE)
    assert body.keys() == {"request_uri", "expires_in"}
    assert len(body["request_uri"].rpartition(":")[2]) >= 43
    app.open(browser, body["request_uri"], state="outside", nonce="outside", prompt="none", scope="openid email")
    assert "email" not in app.id_claims(app.tokens_from(app.go_through(browser, jane)))


@pytest.mark.module(
    "fapi2-security-profile-final-par-ensure-reused-request-uri-prior-to-auth-completion-succeeds",
    "fapi2-security-profile-final-par-attempt-reuse-request_uri",
)
def test_the_page_can_be_opened_twice_and_answered_once(app: PushingParty, harness: Harness, jane: Someone) -> None:
    """fapi2 par-ensure-reused-request-uri-prior-to-auth-completion-succeeds, and -attempt-reuse-request_uri."""
    first, second, request_uri = Browser(harness), Browser(harness), app.push()
    app.open(first, request_uri)
    app.open(first, request_uri)
    app.open(second, request_uri)
    assert app.go_through(first, jane).keys() == {"code"}
    assert app.go_through(second, jane)["error"] == "invalid_request_uri"
    app.open(first, request_uri)
    assert app.error(first) == "invalid_request_uri"
    app.open(first, app.push())
    assert app.answer(first).keys() == {"code"}, "the session is enough"


@pytest.mark.module("fapi2-security-profile-final-par-attempt-to-use-expired-request_uri")
def test_it_is_started_within_a_minute_and_finished_later(app: PushingParty, harness: Harness, jane: Someone) -> None:
    early, late, request_uri = Browser(harness), Browser(harness), app.push()
    app.open(early, request_uri)
    harness.clock.advance(MINUTE)
    app.open(late, request_uri)
    assert app.error(late) == "invalid_request_uri"
    assert app.go_through(early, jane).keys() == {"code"}


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-dpopproof-at-par-endpoint-binding-success",
    "fapi2-security-profile-final-ensure-mismatched-dpop-jkt-fails",
    "fapi2-security-profile-final-ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt",
)
def test_a_proof_with_it_names_the_key_that_redeems_the_code(
    app: PushingParty, browser: Browser, jane: Someone
) -> None:
    """RFC 9449 section 10.1; fapi2 ensure-mismatched-dpop-jkt-fails, -dpopproof-at-par-endpoint-binding-success."""
    holder, other = KeyHolder(app), KeyHolder(app)
    proof = holder.proof("/par")
    pushed = app.post("/par", app.request(), headers={"DPoP": proof})
    app.open(browser, (pushed.json or {})["request_uri"])
    code = Code(app.go_through(browser, jane)["code"], app.app.redirect_uri, app.verifier)
    refused(other.redeem(code), "invalid_grant")
    assert (holder.redeem(code).json or {})["token_type"] == "DPoP"
    for jkt, sent in ((other.jkt, holder.proof("/par")), (None, proof), (None, holder.proof())):
        again = app.post("/par", app.request(dpop_jkt=jkt), headers={"DPoP": sent})
        refused(again, "invalid_request" if jkt else "invalid_dpop_proof")


@pytest.mark.module("fapi2-security-profile-final-par-attempt-to-use-request_uri-for-different-client")
def test_it_is_bound_to_its_client(app: PushingParty, harness: Harness, browser: Browser) -> None:
    """RFC 9126 section 2.2; an unknown one is a page: nobody said where an answer goes."""
    other = PushingParty(harness, "other")
    for request_uri in (app.push(), "urn:ietf:params:oauth:request_uri:made-up"):
        other.open(browser, request_uri)
        assert is_page(browser)


@pytest.mark.module("fapi2-security-profile-final-ensure-unsigned-authorization-request-without-using-par-fails")
def test_a_client_that_must_push_must_push(app: PushingParty, browser: Browser) -> None:
    app.send(browser)
    assert app.error(browser) == "invalid_request"


def test_what_it_costs(app: PushingParty, harness: Harness, browser: Browser, jane: Someone) -> None:
    """Pushing: client, insert. Answering by a session: two more than plainly, the request and its claim."""
    app.open(browser, app.push())
    app.go_through(browser, jane)
    with metered(harness) as pushing:
        request_uri = app.push()
    with metered(harness) as answering:
        app.open(browser, request_uri)
    assert app.answer(browser).keys() == {"code"}
    assert (len(pushing.statements), pushing.commits) == (2, 1)
    assert (len(answering.statements), answering.commits) == (6, 1)


def test_the_client_is_told_of_an_outage(app: PushingParty, harness: Harness, browser: Browser) -> None:
    request_uri = app.push()
    wait_briefly(harness)
    with outage(LOCKED, harness):
        app.open(browser, request_uri)
        assert app.error(browser) == "temporarily_unavailable"


WRONG: list[tuple[str, dict[str, Any]]] = [
    ("invalid_request", {"redirect_uri": None}),
    ("invalid_request", {"redirect_uri": "https://evil.example/"}),
    ("invalid_request", {"request_uri": "urn:ietf:params:oauth:request_uri:x"}),
    ("invalid_request", {"code_challenge": None}),
    ("invalid_request", {"code_challenge_method": "plain"}),
    ("invalid_request", {"state": "x" * 5000}),
    ("unsupported_response_type", {"response_type": "token"}),
    ("unsupported_response_type", {"response_type": "code id_token"}),
    ("invalid_scope", {"scope": "unknown"}),
    ("invalid_request", {"client_id": "other"}),
    ("invalid_request_object", {"request": "e30.e30.e30"}),
]


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-redirect-uri-in-authorization-request",
    "fapi2-security-profile-final-ensure-response-type-code-idtoken-fails",
    "fapi2-security-profile-final-ensure-response-type-token-fails",
    "fapi2-security-profile-final-par-authorization-request-containing-request_uri-form-param",
    "fapi2-security-profile-final-par-ensure-pkce-required",
    "fapi2-security-profile-final-par-plain-pkce-rejected",
)
def test_what_authorize_would_refuse_is_refused_at_once(app: PushingParty, harness: Harness) -> None:
    for error, wrong in WRONG:
        refused(app.pushed(**wrong), error)
    refused(app.post("/par", app.request(), anonymous=True), "invalid_client", 401)
    assert tables.count(harness, "pushed_requests") == 0
    assert tables.events(harness, "authorization.refused") >= 3


@pytest.mark.module("fapi2-security-profile-final-par-attempt-invalid-http-method")
def test_only_post(app: PushingParty) -> None:
    """fapi2 par-endpoint with GET and PUT."""
    assert {app.http.open("/par", method=method).status_code for method in ("GET", "PUT")} == {405}


@pytest.mark.module(
    "fapi2-security-profile-final-ensure-unsigned-request-at-par-endpoint-fails",
    "fapi2-security-profile-final-ensure-request-object-signature-algorithm-is-not-none",
    "fapi2-security-profile-final-ensure-request-object-without-redirect-uri-fails",
)
def test_a_signed_request_can_be_pushed(harness: Harness, browser: Browser, jane: Someone) -> None:
    """RFC 9126 section 3: its own parameters only; FAPI 2.0 Message Signing demands it, with its algorithms."""
    app = SigningParty(harness, security_profile="strict", require_signed_request_object=True)
    token = app.signed()
    answer = app.post("/par", {"request": token, "prompt": "none", "state": "outside"})
    uri = (answer.json or {})["request_uri"]
    open_request_uri(browser, "web", uri)
    app.id_claims(app.tokens_from(app.go_through(browser, jane)))
    for incomplete in (app.request(), {"request": app.signed(redirect_uri=None)}):
        refused(app.post("/par", incomplete), "invalid_request")
    for bad in (unsigned({"alg": "none"}, app.claims()), app.signed(exp=None), app.signed(client_id="other")):
        refused(app.post("/par", {"request": bad}), "invalid_request_object")


@pytest.mark.module("fapi2-security-profile-final-ensure-signed-request-object-with-RS256-fails")
def test_message_signing_takes_no_rs256(harness: Harness, browser: Browser) -> None:
    """FAPI 2.0 Security Profile section 5.4.1; and it pushes and signs."""
    app = SigningParty(harness, security_profile="fapi2-message-signing")
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client is not None
    now = harness.clock.now()
    for alg, good in (("RS256", False), ("PS256", True), ("ES256", True), ("EdDSA", True)):
        with contextlib.nullcontext() if good else pytest.raises(RequestObjectRefused), harness.app.app_context():
            read_request_object(client, app.signed(alg=alg), now=now)
    assert must_push(client.metadata)
    assert must_sign(client.metadata)
    app.send(browser)
    assert app.error(browser) == "invalid_request"


def test_a_pushed_request_is_answered_once_in_a_race(harness: Harness, app: PushingParty, jane: Someone) -> None:
    """Thirty-two windows of a signed-in browser open the same reference at the same moment."""
    browser = Browser(harness)
    app.open(browser, app.push())
    app.go_through(browser, jane)
    request_uri = app.push()
    crowd = [twin(browser) for _ in range(CROWD)]
    rush([functools.partial(app.open, own, request_uri) for own in crowd])
    kinds = [app.answer(own).get("error", "code") for own in crowd]
    assert sorted(kinds) == ["code"] + ["invalid_request_uri"] * (CROWD - 1)
    assert tables.count(harness, "grants") == 2


def test_strangers_can_store_only_so_many(sqlite_databases: SqliteDatabases, tmp_path: Path) -> None:
    """A public client proves nothing; its requests count by network."""
    with sqlite_databases.fresh(migrate) as url:
        harness = Harness(url, tmp_path, login_flows_per_network=10)
        spa = PushingParty(harness, "spa", token_endpoint_auth_method="none", secret_digest=None)
        spa.http = browser_at(harness).client
        assert [spa.pushed().status_code for _ in range(11)] == [201] * 10 + [429]
        refused(spa.pushed(), "temporarily_unavailable", 429)
        assert spa.pushed().headers["Retry-After"] == "900"
        PushingParty(harness, "web").push()
        harness.close()


def test_a_client_that_registered_itself_is_a_stranger_until_it_is_approved(
    databases: Databases, tmp_path: Path
) -> None:
    """Its secret proves nothing about who it is: anybody can register many."""
    with fresh_harness(databases, tmp_path, login_flows_per_network=10) as harness:
        shop = PushingParty(harness, "shop")
        shop.http = browser_at(harness).client
        with harness.services.database.write() as tx:
            tx.client_registrations.add(ClientRegistration("shop", "digest", "192.0.2.0/32"))
        assert [shop.pushed().status_code for _ in range(11)] == [201] * 10 + [429]
        with harness.services.database.write() as tx:
            tx.client_registrations.approve("shop")
        assert [shop.pushed().status_code for _ in range(2)] == [201, 201]


def test_a_sign_in_that_ended_is_started_again_by_the_client(
    app: PushingParty, harness: Harness, browser: Browser
) -> None:
    """The link of the page that says so; what was pushed is too old by then."""
    app.open(browser, app.push())
    flow = browser.at.split("/")[2]
    browser.get(f"/authorize/again/{flow}")
    assert browser.at.startswith("/login/"), "within the minute it still works"
    harness.clock.advance(harness.settings.login_lifetime)
    browser.get(f"/authorize/again/{flow}")
    assert app.error(browser) == "invalid_request_uri"


def test_a_person_who_may_not_use_the_client_is_not_sent_in_circles(
    harness: Harness, browser: Browser, jane: Someone
) -> None:
    """Only the client can start again, so there is no link for another account."""
    app = PushingParty(harness, restricted=True)
    app.open(browser, app.push())
    browser.submit(username=jane.username, password=jane.password)
    assert browser.page.status_code == 403
    assert "error=access_denied" in browser.page.text
    assert "Use another account" not in browser.page.text


def test_a_key_that_was_pushed_is_that_of_the_grant(
    app: PushingParty, harness: Harness, browser: Browser, jane: Someone
) -> None:
    """RFC 9449 section 10.1."""
    request_uri = app.push()
    with harness.services.database.engine.begin() as connection:
        connection.execute(update(pushed_requests).values(confirmation={"jkt": "thumbprint"}))
    app.open(browser, request_uri)
    app.go_through(browser, jane)
    with harness.services.database.engine.begin() as connection:
        assert connection.scalar(select(grants.c.confirmation)) == {"jkt": "thumbprint"}
