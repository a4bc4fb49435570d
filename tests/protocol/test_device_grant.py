"""The device authorization grant: RFC 8628."""

from collections import Counter
from functools import partial

import pytest

from idp.kernel.handles import digest
from idp.persistence.client_metadata import ClientMetadata
from idp.protocol.device import user_codes
from tests.support.apis import ORDERS, READ, ResourceServer
from tests.support.back_channel import BackChannelClient, refused
from tests.support.browser import Browser
from tests.support.concurrency import run_during, rush, twin
from tests.support.device_grant import ADDRESS, GRANT, Television, type_code
from tests.support.harness import Harness, Someone
from tests.support.network import browser_at


@pytest.fixture
def tv(harness: Harness) -> Television:
    """A television that shows its code."""
    return Television(harness).start()


def test_a_person_connects_a_television(tv: Television, jane: Someone, browser: Browser) -> None:
    """First-party, and asked all the same: the person says that the device is their own."""
    assert {"device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval"} == (
        tv.codes.keys()
    )
    refused(tv.poll(), "authorization_pending")
    type_code(browser, tv, jane)
    text = browser.page.text
    for word in ("Tv", tv.codes["user_code"], ADDRESS, "Did somebody send you the code"):
        assert word in text
    browser.submit(choice="approve")
    assert "The device is connected" in browser.page.text
    answer = tv.poll().json or {}
    assert answer["id_token"]
    claims = tv.claims_of(answer["access_token"])
    assert (claims["sub"], claims["client_id"], claims["acr"]) == (jane.id, "tv", "pwd")
    assert tv.refresh(answer["refresh_token"]).status_code == 200
    assert tv.userinfo(answer["access_token"]).status_code == 200
    refused(tv.poll(), "invalid_grant")
    assert tv.userinfo(answer["access_token"]).status_code == 401, "a code that comes twice ends what the first one got"


@pytest.mark.parametrize(
    "metadata",
    [
        ClientMetadata(require_pushed_authorization_requests=True),
        ClientMetadata(require_signed_request_object=True),
    ],
)
def test_who_must_sign_or_push_requests_gets_no_codes(harness: Harness, metadata: ClientMetadata) -> None:
    """A request of section 3.1 is neither, whatever was registered before the rule was there."""
    tv = Television(harness, metadata=metadata)
    refused(tv.post("/device_authorization", {"scope": "openid"}), "unauthorized_client")


def test_a_person_refuses_a_television(tv: Television, jane: Someone, browser: Browser) -> None:
    type_code(browser, tv, jane)
    browser.submit(choice="cancel")
    assert "was not connected" in browser.page.text
    refused(tv.poll(), "access_denied")


def test_a_poll_before_the_interval_makes_it_longer(tv: Television) -> None:
    """RFC 8628 section 3.5: by five seconds, each time."""
    refused(tv.poll(after=0), "authorization_pending")
    refused(tv.poll(after=4), "slow_down")
    refused(tv.poll(after=9), "slow_down")
    refused(tv.poll(after=15), "authorization_pending")


def test_codes_expire_for_the_device_and_for_the_person(tv: Television, jane: Someone, browser: Browser) -> None:
    type_code(browser, tv, jane)
    refused(tv.poll(after=600), "expired_token")
    browser.submit(choice="approve")
    assert browser.page.status_code == 410
    browser.get("/device")
    browser.submit(user_code=tv.codes["user_code"])
    assert "No device waits with this code" in browser.page.text


def test_a_link_fills_the_code_in_and_does_nothing_by_itself(tv: Television, browser: Browser) -> None:
    """RFC 8628 section 5.4: against remote phishing."""
    browser.get(tv.codes["verification_uri_complete"].removeprefix(tv.harness.settings.issuer), site="cross-site")
    assert f'value="{tv.codes["user_code"]}"' in browser.page.text
    assert browser.at.startswith("/device?")


def test_guesses_are_few(tv: Television) -> None:
    """RFC 8628 section 5.1; the right code is not looked up either then."""
    browser = browser_at(tv.harness)
    for _ in range(20):
        browser.get("/device")
        browser.submit(user_code="BBBB-BBBB")
        assert browser.page.status_code == 400
    browser.submit(user_code=tv.codes["user_code"])
    assert browser.page.status_code == 429


def test_a_device_is_refused_what_it_may_not_have(harness: Harness, tv: Television) -> None:
    other, web = Television(harness, "other"), BackChannelClient(harness, "plain")
    refused(web.post("/device_authorization", {"scope": "openid"}), "unauthorized_client")
    refused(tv.post("/device_authorization", {"scope": "nothing"}), "invalid_scope")
    refused(tv.post("/device_authorization", {"scope": "openid", "resource": ORDERS}), "invalid_target")
    refused(tv.post("/device_authorization", {"scope": "openid"}, anonymous=True), "invalid_client", 401)
    other.codes = tv.codes
    refused(other.poll(), "invalid_grant")
    other.codes = {"device_code": "unknown"}
    refused(other.poll(), "invalid_grant")


def test_a_device_gets_tokens_for_an_api(harness: Harness, jane: Someone, browser: Browser) -> None:
    ResourceServer(harness)
    tv = Television(harness).start(scope=f"openid {READ}", resource=[ORDERS, harness.settings.issuer])
    type_code(browser, tv, jane)
    assert "Read your orders" in browser.page.text
    browser.submit(choice="approve")
    assert tv.claims_of((tv.poll().json or {})["access_token"])["aud"] == ORDERS


def test_a_device_code_is_no_authorization_code(harness: Harness, jane: Someone, browser: Browser) -> None:
    tv = Television(harness, require_pkce=False, grant_types=[GRANT, "authorization_code"]).start()
    type_code(browser, tv, jane)
    browser.submit(choice="approve")
    form = {"grant_type": "authorization_code", "code": tv.codes["device_code"]}
    refused(tv.post("/token", form | {"redirect_uri": ""}), "invalid_request")
    refused(tv.post("/token", form | {"redirect_uri": "x:/y"}), "invalid_grant")


def test_somebody_without_access_to_the_app_connects_nothing(harness: Harness, jane: Someone, browser: Browser) -> None:
    tv = Television(harness, restricted=True).start()
    browser.get("/device")
    browser.submit(user_code=tv.codes["user_code"])
    browser.submit(username=jane.username, password=jane.password)
    assert browser.page.status_code == 403
    refused(tv.poll(), "authorization_pending")


def test_a_level_that_nobody_reaches_here_is_said(harness: Harness, browser: Browser) -> None:
    tv = Television(harness, min_acr="phrh").start()
    browser.get("/device")
    browser.submit(user_code=tv.codes["user_code"])
    assert "asks for a more secure sign-in than you can do here" in browser.page.text


def test_of_two_windows_one_decides(tv: Television, jane: Someone, browser: Browser) -> None:
    type_code(browser, tv, jane)
    other = twin(browser)
    browser.submit(choice="cancel")
    other.submit(choice="approve")
    assert other.page.status_code == 410
    refused(tv.poll(), "access_denied")


def test_who_is_too_late_is_shown_what_was_decided(
    harness: Harness, tv: Television, jane: Someone, browser: Browser
) -> None:
    """Of three sign-ins with one code; that a device is connected to another's account, nobody reads as their own."""
    other, strange = Browser(harness), Browser(harness)
    for each, person in ((browser, jane), (other, jane), (strange, harness.person("paul"))):
        type_code(each, tv, person)
    browser.submit(choice="approve")
    for each in (other, strange):
        each.submit(choice="cancel")
    assert (other.at, strange.page.status_code) == ("/device/done", 410)
    assert tv.poll().status_code == 200


def test_who_refuses_while_it_is_approved_is_not_shown_a_refusal(
    harness: Harness, tv: Television, jane: Someone, browser: Browser
) -> None:
    type_code(browser, tv, jane)
    key = digest(tv.codes["device_code"])
    run_during(
        harness,
        lambda tx: tx.device_authorizations.decide(key, denied=False),
        partial(browser.submit, choice="cancel"),
    )
    assert browser.page.status_code == 410


def test_a_person_who_lost_access_after_the_approval_is_not_signed_in(
    harness: Harness, jane: Someone, browser: Browser
) -> None:
    tv = Television(harness, restricted=True, allowed_user_ids=[jane.id]).start()
    type_code(browser, tv, jane)
    browser.submit(choice="approve")
    with harness.services.database.write() as tx:
        tx.clients.change("tv", {"allowed_user_ids": []})
    refused(tv.poll(), "invalid_grant")


def test_a_device_code_is_claimed_once(tv: Television, jane: Someone, browser: Browser) -> None:
    type_code(browser, tv, jane)
    browser.submit(choice="approve")
    answers = rush([partial(tv.twin().poll, after=0) for _ in range(8)])
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 7}


def test_user_codes_are_read_as_people_type_them() -> None:
    assert user_codes.normalize(" wdjb mjht\u3000") == "WDJBMJHT"
    assert user_codes.normalize("\uff37DJB-MJHT") == "WDJBMJHT"
    assert [user_codes.normalize(each) for each in ("", "WDJB", "WDJB-MJHA", "WDJB-MJH0")] == [None] * 4
