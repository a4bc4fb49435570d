"""A relying party that pushes its requests: RFC 9126."""

from typing import Any
from urllib.parse import urlencode

from werkzeug.test import TestResponse

from tests.support.browser import Browser
from tests.support.relying_party import RelyingParty


class PushingParty(RelyingParty):
    """`push` returns the reference, `open` sends a browser there with that and the client_id only."""

    def pushed(self, **changes: Any) -> TestResponse:
        """Push a good request, as changed."""
        return self.post("/par", self.request(**changes))

    def push(self, **changes: Any) -> str:
        """Push a request that is accepted."""
        response = self.pushed(**changes)
        assert response.status_code == 201, response.text
        return str((response.json or {})["request_uri"])

    def open(self, browser: Browser, request_uri: str, **beside: str) -> None:
        """Send the browser to us with the reference, and what is beside it."""
        open_request_uri(browser, self.app.client_id, request_uri, **beside)


def open_request_uri(browser: Browser, client_id: str, request_uri: str, **beside: str) -> None:
    """Send a browser to the authorization endpoint with a reference (RFC 9126 section 4)."""
    query = {"client_id": client_id, "request_uri": request_uri} | beside
    browser.get(f"/authorize?{urlencode(query)}", site="cross-site")
