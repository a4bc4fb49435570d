"""Back to an app whose callback sends the browser on to another origin, and to an app that waits in another window."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import s256
from tests.support.browser_actions import give_password
from tests.support.live import Live
from tests.support.receiver import Receiver, receiver

NewPage = Callable[..., Page]


@pytest.fixture
def home() -> Iterator[Receiver]:
    """The app itself."""
    with receiver() as running:
        yield running


@pytest.fixture
def callback(home: Receiver) -> Iterator[Receiver]:
    """Its callback, on an origin of its own; it redirects to the app at once."""
    with receiver() as running:
        running.status, running.location = 303, f"{home.origin}/home"
        yield running


def register(live: Live, callback: Receiver, *, first_party: bool) -> None:
    live.harness.client(
        "api",
        redirect_uris=[f"{callback.origin}/callback"],
        post_logout_redirect_uris=[f"{callback.origin}/bye"],
        first_party=first_party,
    )


def request(live: Live, callback: Receiver, **changes: str) -> str:
    values = {
        "response_type": "code",
        "client_id": "api",
        "redirect_uri": f"{callback.origin}/callback",
        "scope": "openid",
        "state": "s",
        "code_challenge": s256(SystemEntropy().token()),
        "code_challenge_method": "S256",
    }
    return f"{live.issuer}/authorize?{urlencode(values | changes)}"


def arrive_home(page: Page, callback: Receiver) -> None:
    page.wait_for_url(callback.location)


def parameters(callback: Receiver) -> Mapping[str, str | list[str]]:
    """What the callback got: by form, or in the address."""
    return callback.forms[-1] or parse_qs(urlsplit(callback.paths[-1]).query)


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_signing_in_reaches_the_app_behind_its_callback(page: Page, live: Live, callback: Receiver, mode: str) -> None:
    register(live, callback, first_party=True)
    page.goto(request(live, callback, response_mode=mode))
    give_password(page, live.harness.person("jane"))
    arrive_home(page, callback)
    assert parameters(callback)["code"]


def test_an_app_on_the_device_is_opened_by_its_callback(page: Page, live: Live, callback: Receiver) -> None:
    """A private-use URI scheme (RFC 8252 section 7.1); no app has it here, so the browser stays."""
    callback.location = "com.example.app:/home"
    register(live, callback, first_party=True)
    page.goto(request(live, callback))
    with page.expect_event("requestfailed", lambda failed: failed.url.startswith("com.example.app:")) as attempt:
        give_password(page, live.harness.person("jane"))
    assert attempt.value.failure != "csp"


@pytest.mark.parametrize(("button", "sent"), [("#approve", "code="), ("#cancel", "error=access_denied")])
def test_the_answer_to_consent_reaches_the_app_behind_its_callback(
    page: Page, live: Live, callback: Receiver, button: str, sent: str
) -> None:
    register(live, callback, first_party=False)
    page.goto(request(live, callback))
    give_password(page, live.harness.person("jane"))
    page.click(button)
    arrive_home(page, callback)
    assert sent in callback.paths[-1]


def test_cancel_reaches_the_app_behind_its_callback(page: Page, live: Live, callback: Receiver) -> None:
    register(live, callback, first_party=True)
    page.goto(request(live, callback))
    page.click("#cancel")
    arrive_home(page, callback)
    assert "error=access_denied" in callback.paths[-1]


def test_signing_out_reaches_the_app_behind_its_callback(page: Page, live: Live, callback: Receiver) -> None:
    register(live, callback, first_party=True)
    page.goto(request(live, callback))
    give_password(page, live.harness.person("jane"))
    arrive_home(page, callback)
    leaving = {"client_id": "api", "post_logout_redirect_uri": f"{callback.origin}/bye"}
    page.goto(f"{live.issuer}/logout?{urlencode(leaving)}")
    page.click("#submit")
    arrive_home(page, callback)
    assert callback.paths[-1] == "/bye"


def test_an_app_that_waits_in_another_window_keeps_that_window(page: Page, live: Live, callback: Receiver) -> None:
    """Cross-Origin-Opener-Policy: the app sees its window until the end, and the window sees the app."""
    register(live, callback, first_party=False)
    page.goto(callback.location)
    with page.expect_popup() as opened:
        page.evaluate("address => { window.waiting = window.open(address) }", request(live, callback))
    popup = opened.value
    for step in ("password", "consent"):
        popup.wait_for_load_state()
        assert popup.evaluate("window.opener !== null"), step
        assert not page.evaluate("window.waiting.closed"), step
        if step == "password":
            give_password(popup, live.harness.person("jane"))
            expect(popup.locator("#approve")).to_be_visible()
        else:
            popup.click("#approve")
    arrive_home(popup, callback)
    popup.evaluate("window.opener.arrived = true")
    assert page.evaluate("window.arrived && !window.waiting.closed")


def test_my_account_is_cut_off_from_whoever_opens_it(page: Page, live: Live, callback: Receiver) -> None:
    page.goto(callback.location)
    with page.expect_popup() as opened:
        page.evaluate("address => { window.waiting = window.open(address) }", f"{live.issuer}/account/")
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("window.opener === null")
