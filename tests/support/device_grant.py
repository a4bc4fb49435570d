"""A device without a keyboard that asks for tokens (RFC 8628), and the person who types its code."""

from typing import Any

from tests.support.apis import READ
from tests.support.back_channel import BackChannelClient
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ADDRESS = "203.0.113.9"
DEVICE = {
    "token_endpoint_auth_method": "none",
    "grant_types": [GRANT, "refresh_token"],
    "response_types": [],
    "redirect_uris": [],
    "scopes": ["openid", "email", "offline_access", READ],
}


class Television(BackChannelClient):
    """A device without a keyboard."""

    def __init__(self, harness: Harness, client_id: str = "tv", **traits: Any) -> None:
        super().__init__(harness, client_id, **(DEVICE | traits))
        self.codes: dict[str, Any] = {}

    def start(self, **changes: Any) -> "Television":
        """Asks for codes."""
        form = {"client_id": self.app.client_id, "scope": "openid offline_access"} | changes
        answer = self.http.post("/device_authorization", data=form, environ_base={"REMOTE_ADDR": ADDRESS})
        assert answer.status_code == 200, answer.text
        self.codes = answer.json or {}
        return self

    def poll(self, *, after: int = 5) -> Any:  # noqa: ANN401 - a response
        """Asks for tokens, some seconds later."""
        self.harness.clock.advance(after)
        return self.post("/token", {"grant_type": GRANT, "device_code": self.codes["device_code"]})


def type_code(browser: Browser, tv: Television, jane: Someone) -> None:
    """The person types the code, and signs in where that is asked."""
    browser.get("/device")
    browser.submit(user_code=tv.codes["user_code"].lower().replace("-", " "))
    if browser.at.endswith("/identify"):
        browser.submit(username=jane.username, password=jane.password)
    assert "/device/confirm/" in browser.at, (browser.at, browser.page.text)
