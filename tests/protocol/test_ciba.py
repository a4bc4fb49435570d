"""Sign-ins that clients ask for themselves: OpenID Connect CIBA Core 1.0, in poll mode."""

from collections import Counter
from functools import partial
from typing import Any

import pytest

from idp.kernel.clock import MINUTE
from idp.kernel.handles import digest
from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.ciba import binding_message
from tests.support.apis import ORDERS, READ, ResourceServer
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.ciba import GRANT, MESSAGE, NUMBER, Terminal, approve, open_request
from tests.support.concurrency import run_during, rush, twin
from tests.support.dpop import KeyHolder
from tests.support.harness import Harness, Someone
from tests.support.mailed import rendered_mails
from tests.support.tables import count, events


@pytest.fixture
def till(harness: Harness, jane: Someone) -> Terminal:
    """A terminal that has asked for Jane."""
    return Terminal(harness).start(login_hint=jane.username)


def test_a_person_approves_a_sign_in(harness: Harness, till: Terminal, jane: Someone, browser: Browser) -> None:
    """First-party, and asked all the same; the mail leads to the page, the number is only at the app."""
    refused(till.poll(), "authorization_pending")
    ((recipient, letter),) = rendered_mails(harness, "sign_in_request")
    assert (recipient, "/approve" in letter.text) == ("jane@example.test", True)
    open_request(browser, jane)
    text = browser.page.text
    for word in ("Till", "Pay 20 EUR to Bob", "Did somebody send you the number"):
        assert word in text
    assert NUMBER not in text
    browser.submit(number=" 47-11 ", choice="approve")
    assert "You are signed in to the app" in browser.page.text
    answer = till.poll().json or {}
    claims = till.claims_of(answer["id_token"], "JWT")
    assert (claims["sub"], claims["acr"], claims["aud"]) == (jane.id, "pwd", "till")
    assert "urn:openid:params:jwt:claim:auth_req_id" not in claims, "section 10.3.1: of push mode alone"
    assert till.refresh(answer["refresh_token"]).status_code == 200
    assert (events(harness, "sign_in.requested"), events(harness, "consent.given")) == (1, 1)
    refused(till.poll(), "invalid_grant")
    assert till.userinfo(answer["access_token"]).status_code == 401, "an id that comes twice ends what the first got"


@pytest.mark.module(
    "fapi-ciba-id1-user-rejects-authentication",
)
def test_a_person_refuses(till: Terminal, jane: Someone, browser: Browser) -> None:
    open_request(browser, jane)
    other = twin(browser)
    browser.submit(choice="cancel")
    other.submit(number=NUMBER, choice="approve")
    for each in (browser, other):
        assert "The request is refused" in each.page.text
    refused(till.poll(), "access_denied")


def test_the_third_wrong_number_refuses(till: Terminal, jane: Someone, browser: Browser) -> None:
    approve(browser, jane, number="4712")
    assert (browser.page.status_code, "not the number" in browser.page.text) == (400, True)
    browser.submit(number="", choice="approve")
    browser.submit(number="20", choice="approve")
    assert "The request is refused" in browser.page.text
    refused(till.poll(), "access_denied")


@pytest.mark.module(
    "fapi-ciba-id1-auth-req-id-expired",
)
def test_polls_wait_and_requests_expire(till: Terminal, jane: Someone, browser: Browser) -> None:
    """Section 11; a request may be for ten minutes at most."""
    refused(till.poll(after=0), "authorization_pending")
    refused(till.poll(after=4), "slow_down")
    refused(till.poll(after=10), "authorization_pending")
    open_request(browser, jane)
    refused(till.poll(after=300), "expired_token")
    browser.submit(number=NUMBER, choice="approve")
    assert browser.page.status_code == 410
    assert [(till.ask(requested_expiry=each).json or {})["expires_in"] for each in ("1", "77", "9999")] == [10, 77, 600]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "email"}, "invalid_scope"),
        ({"login_hint": None}, "invalid_request"),
        ({"id_token_hint": "x"}, "invalid_request"),
        ({"login_hint": None, "id_token_hint": "x"}, "invalid_request"),
        ({"login_hint": None, "login_hint_token": "x"}, "invalid_request"),
        ({"requested_expiry": "0"}, "invalid_request"),
        ({"request_uri": "https://app.example/r", "request": "x"}, "invalid_request"),
        ({"binding_message": None}, "invalid_binding_message"),
        ({"binding_message": "Approve"}, "invalid_binding_message"),
        ({"binding_message": "a\nb 12"}, "invalid_binding_message"),
        ({"binding_message": "Type 47: 47"}, "invalid_binding_message"),
        ({"binding_message": "Pay \u0662\u0660 EUR 20"}, "invalid_binding_message"),
        ({"binding_message": "1234 \U0001f44d" + "Lorem ipsum " * 9}, "invalid_binding_message"),
        ({"resource": ORDERS}, "invalid_target"),
        ({"authorization_details": "[]"}, "invalid_authorization_details"),
    ],
)
def test_refused_requests(harness: Harness, jane: Someone, changes: dict[str, Any], error: str) -> None:
    refused(Terminal(harness).ask(**changes), error)
    assert events(harness, "authorization.refused") == 1
    assert not rendered_mails(harness, "sign_in_request"), jane.id


def test_who_may_ask(harness: Harness, till: Terminal) -> None:
    plain = BackChannelClient(harness, "plain")
    refused(plain.post("/bc-authorize", {"scope": "openid"}), "unauthorized_client")
    refused(till.post("/bc-authorize", {"scope": "openid"}, anonymous=True), "invalid_client", 401)
    public = Terminal(harness, "public", token_endpoint_auth_method="none")
    refused(public.ask(), "invalid_client", 401)
    unreachable = Terminal(harness, "high", min_acr="phrh")
    refused(unreachable.ask(), "access_denied", 403)
    other = Terminal(harness, "other")
    other.auth_req_id = till.auth_req_id
    refused(other.poll(), "invalid_grant")
    other.auth_req_id = "unknown"
    refused(other.poll(), "invalid_grant")
    device = Terminal(harness, "tv", grant_types=[GRANT, "urn:ietf:params:oauth:grant-type:device_code"])
    device.auth_req_id = till.auth_req_id
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": till.auth_req_id}
    refused(device.post("/token", form), "invalid_grant")


def test_nobody_learns_who_has_an_account(harness: Harness, till: Terminal) -> None:
    """A name of nobody gets the same answer, and the same limit; nobody can approve it."""
    known, unknown = till.ask(login_hint="jane@example.test"), till.ask(login_hint="nobody")
    assert (known.json or {}).keys() == (unknown.json or {}).keys()
    till.auth_req_id = (unknown.json or {})["auth_req_id"]
    refused(till.poll(), "authorization_pending")
    for name in ("jane", "nobody"):
        answers = Counter(till.ask(login_hint=name).status_code for _ in range(12))
        assert answers[429] > 0, name
        assert answers.keys() == {200, 429}
    assert till.ask(login_hint="jane@example.test").status_code == 200, "or both names would be known to be hers"
    assert len(rendered_mails(harness, "sign_in_request")) == harness.settings.throttle_per_quarter_hour


def test_requests_by_one_name_hide_none_by_the_other(
    harness: Harness, till: Terminal, jane: Someone, browser: Browser
) -> None:
    """Whoever knows the address uses up its limit of a day, and that of the mails; Jane's own request is shown."""
    for _ in range(harness.settings.throttle_per_day // harness.settings.throttle_per_quarter_hour):
        harness.clock.advance(15 * MINUTE)
        for _ in range(harness.settings.throttle_per_quarter_hour):
            till.start(login_hint="jane@example.test")
    harness.clock.advance(15 * MINUTE)
    assert till.ask(login_hint="jane@example.test").status_code == 429
    till.start(login_hint=jane.username)
    approve(browser, jane)
    assert till.poll().status_code == 200
    assert len(rendered_mails(harness, "sign_in_request")) == harness.settings.throttle_per_day


@pytest.mark.parametrize("subject_type", ["public", "pairwise"])
def test_a_person_is_named_by_an_id_token(harness: Harness, jane: Someone, browser: Browser, subject_type: str) -> None:
    """Of an account that was closed the client may know: it knew the person."""
    till = Terminal(harness, metadata=ClientMetadata(subject_type=subject_type)).start()
    approve(browser, jane)
    id_token = (till.poll().json or {})["id_token"]
    till.start(login_hint=None, id_token_hint=id_token)
    open_request(browser, jane)
    assert "Pay 20 EUR to Bob" in browser.page.text
    refused(Terminal(harness, "other").ask(login_hint=None, id_token_hint=id_token), "invalid_request")
    with harness.services.database.write() as tx:
        user = tx.users.by_id(jane.id)
        assert user is not None
        tx.users.set_status(user, "disabled")
    refused(till.ask(login_hint=None, id_token_hint=id_token), "unknown_user_id")


def test_requests_of_others_are_not_shown(harness: Harness, till: Terminal, jane: Someone, browser: Browser) -> None:
    """Nor are those of an app that the person may not use."""
    paul = harness.person("paul")
    open_request(browser, paul)
    assert "None. When an app wants" in browser.page.text
    with harness.services.database.read() as tx:
        (asked,) = tx.ciba_requests.open_of_user(jane.id, most=9)
    assert browser.get(f"/approve/{asked.auth_req_id_digest}").status_code == 410
    Terminal(harness, "closed", restricted=True).start(login_hint="paul")
    open_request(browser, paul)
    assert "None. When an app wants" in browser.page.text
    refused(till.poll(), "authorization_pending")


def test_the_level_asked_for_is_reached_and_reported(harness: Harness, browser: Browser) -> None:
    """A session of the password alone is stepped up; the acr is one of those asked for."""
    max_ = harness.person("max", totp=True)
    till = Terminal(harness).start(login_hint="max", acr_values="two-step")
    open_request(browser, max_)
    assert "/login/" in browser.at
    browser.submit(code=max_.code(harness.clock))
    browser.submit(number=NUMBER, choice="approve")
    claims = till.claims_of((till.poll().json or {})["id_token"], "JWT")
    assert (claims["acr"], claims["amr"]) == ("two-step", ["pwd", "otp", "mfa"])


def test_an_old_sign_in_is_not_enough(harness: Harness, till: Terminal, jane: Someone, browser: Browser) -> None:
    open_request(browser, jane)
    harness.clock.advance(harness.settings.fresh_sign_in + 300)
    till.start()
    browser.get("/approve")
    assert "/login/" in browser.at


def test_a_request_of_a_disabled_app_is_not_shown(harness: Harness, jane: Someone, browser: Browser) -> None:
    Terminal(harness).start()
    with harness.services.database.write() as tx:
        tx.clients.change("till", {"disabled": True})
    browser.get("/approve")
    browser.submit(username=jane.username, password=jane.password)
    assert (browser.at, browser.page.status_code) == ("/approve", 200)


def test_several_requests_are_listed(harness: Harness, till: Terminal, jane: Someone, browser: Browser) -> None:
    Terminal(harness, "shop").start(binding_message="12")
    open_request(browser, jane)
    assert browser.at == "/approve"
    for word in ("Till", "Shop", "Pay 20 EUR to Bob"):
        assert word in browser.page.text
    assert NUMBER not in browser.page.text
    refused(till.poll(), "authorization_pending")


def test_consent_is_stored_for_apps_of_others(harness: Harness, jane: Someone, browser: Browser) -> None:
    Terminal(harness, first_party=False).start()
    approve(browser, jane)
    with harness.services.database.read() as tx:
        consent = tx.consents.find(jane.id, "till")
    assert consent is not None
    assert consent.scopes == ["offline_access", "openid"]


def test_tokens_for_an_api(harness: Harness, jane: Someone, browser: Browser) -> None:
    ResourceServer(harness)
    till = Terminal(harness).start(scope=f"openid {READ}", resource=ORDERS)
    approve(browser, jane)
    assert till.claims_of((till.poll().json or {})["access_token"])["aud"] == ORDERS


def test_tokens_bound_to_a_key(harness: Harness, jane: Someone, browser: Browser) -> None:
    """RFC 9449: the key of the poll that gets them."""
    till = Terminal(harness, metadata=ClientMetadata(dpop_bound_access_tokens=True)).start()
    approve(browser, jane)
    holder = KeyHolder(till)
    refused(till.poll(), "invalid_request")
    answer = till.poll(after=0, DPoP=holder.proof()).json or {}
    assert answer["token_type"] == "DPoP"
    assert till.claims_of(answer["access_token"])["cnf"] == {"jkt": holder.jkt}


@pytest.mark.parametrize("late", [{"choice": "cancel"}, {"number": "12"}])
def test_who_is_too_late_is_shown_what_was_decided(
    harness: Harness, till: Terminal, jane: Someone, browser: Browser, late: dict[str, Any]
) -> None:
    """It is approved while they refuse, or send the last wrong number; the same after that."""
    open_request(browser, jane)
    browser.submit(number="10")
    browser.submit(number="11")
    key = digest(till.auth_req_id)
    other = twin(browser)
    run_during(harness, lambda tx: tx.ciba_requests.decide(key, denied=False), partial(browser.submit, **late))
    assert "You are signed in to the app" in browser.page.text
    other.submit(**late)
    assert other.at == "/approve/done"


def test_of_two_windows_that_approve_one_stores_a_grant(
    harness: Harness, till: Terminal, jane: Someone, browser: Browser
) -> None:
    open_request(browser, jane)
    windows = [twin(browser) for _ in range(8)]
    rush([partial(each.submit, number=NUMBER, choice="approve") for each in windows])
    assert {each.at for each in windows} == {"/approve/done"}
    assert (count(harness, "grants"), events(harness, "consent.given")) == (1, 1)
    assert till.poll().status_code == 200


def test_a_person_who_lost_access_after_the_approval_is_not_signed_in(
    harness: Harness, jane: Someone, browser: Browser
) -> None:
    """In a statement of its own, for apps with groups alone, at the poll that issues."""
    till = Terminal(harness, restricted=True, allowed_user_ids=[jane.id]).start()
    approve(browser, jane)
    with harness.services.database.write() as tx:
        tx.clients.change("till", {"allowed_user_ids": []})
    refused(till.poll(), "invalid_grant")
    assert events(harness, "token.issued") == 0


def test_an_auth_req_id_is_claimed_once(till: Terminal, jane: Someone, browser: Browser) -> None:
    approve(browser, jane)
    answers = rush([partial(till.twin().poll, after=0) for _ in range(8)])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}


def test_numbers_are_read_as_people_type_them() -> None:
    assert binding_message.shown_words(MESSAGE) == "Pay 20 EUR to Bob"
    assert binding_message.shown_words("4711") == ""
    assert binding_message.check("Room 147 47") == "Room 147 47", "another number, though it has these digits"
    assert binding_message.is_number("4711", "\u0664\u0667 \u0661\u0661")
    assert not binding_message.is_number(MESSAGE, "")
