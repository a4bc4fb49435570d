"""Apps in frames: opened after a sign-out (front channel), and watching the session (session management)."""

import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Page, expect

from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import s256
from idp.persistence.client_metadata import ClientMetadata
from tests.support.browser_actions import give_password
from tests.support.live import Live
from tests.support.receiver import Receiver, receiver

NewPage = Callable[..., Page]
WATCH = """
([frame, message]) => new Promise((resolve) => {
  addEventListener("message", (event) => resolve([event.data, event.origin]), { once: true });
  const watching = document.createElement("iframe");
  watching.src = frame;
  watching.onload = () => watching.contentWindow.postMessage(message, new URL(frame).origin);
  document.body.append(watching);
})
"""


@pytest.fixture
def app() -> Iterator[Receiver]:
    with receiver() as running:
        yield running


def register(live: Live, app: Receiver, client_id: str, **members: object) -> None:
    live.harness.client(
        client_id,
        redirect_uris=[f"{app.origin}/callback"],
        post_logout_redirect_uris=[f"{app.origin}/bye"],
        metadata=ClientMetadata(**members),  # type: ignore[arg-type]  # as each test says
    )


def send(page: Page, live: Live, app: Receiver, client_id: str, **more: str) -> None:
    asked = {"response_type": "code", "client_id": client_id, "redirect_uri": f"{app.origin}/callback"}
    proof = {"code_challenge": s256(SystemEntropy().token()), "code_challenge_method": "S256"}
    page.goto(f"{live.issuer}/authorize?{urlencode(asked | proof | {'scope': 'openid'} | more)}")


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
@pytest.mark.parametrize("answers", [True, False], ids=["answers", "hangs"])
def test_an_app_is_opened_in_a_frame_and_the_person_goes_on(
    new_page: NewPage, live: Live, app: Receiver, scripts: bool, answers: bool
) -> None:
    """Without a script an app that hangs keeps the page until its connection ends; there is a link to go on by."""
    page = new_page(java_script_enabled=scripts)
    with receiver() as told:
        told.hangs = 0.0 if answers else 20.0
        uri, required = f"{told.origin}/leave", "frontchannel_logout_session_required"
        register(live, app, "web", frontchannel_logout_uri=uri, **{required: True})
        send(page, live, app, "web")
        give_password(page, live.harness.person("jane"))
        page.wait_for_url(f"{app.origin}/callback**")
        leaving = {"client_id": "web", "post_logout_redirect_uri": f"{app.origin}/bye"}
        page.goto(f"{live.issuer}/logout?{urlencode(leaving)}")
        started = time.monotonic()
        page.click("#submit", no_wait_after=True)
        if not scripts and not answers:
            page.get_by_role("link", name="Back to Web").click()
        page.wait_for_url(f"{app.origin}/bye")
        assert time.monotonic() - started < 10
        assert set(parse_qs(urlsplit(told.paths[0]).query)) == {"iss", "sid"}
        told.hangs = 0.0


@pytest.mark.module("oidcc-session-management-rp-initiated-logout")
def test_oidcc_session_management(page: Page, live_with: Callable[..., Live]) -> None:
    """Three ports of one host are one site, so the cookie is there; the origins still differ."""
    live = live_with(session_management=True)
    with receiver(lambda _asked: (200, b"{}")) as app:
        register(live, app, "web")
        send(page, live, app, "web")
        give_password(page, live.harness.person("jane"))
        page.wait_for_url(f"{app.origin}/callback**")
        (state,) = parse_qs(urlsplit(page.url).query)["session_state"]
        frame = f"{live.issuer}/session/check"
        for said, expected in ((f"web {state}", "unchanged"), (f"other {state}", "changed"), ("nonsense", "error")):
            assert page.evaluate(WATCH, [frame, said]) == [expected, live.issuer]
        page.goto(f"{live.issuer}/logout")
        page.click("#submit")
        expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
        page.goto(f"{app.origin}/")
        assert page.evaluate(WATCH, [frame, f"web {state}"]) == ["changed", live.issuer]
