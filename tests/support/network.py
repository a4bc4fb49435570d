"""Requests as they come in from elsewhere: other addresses, other Host headers."""

from collections.abc import Callable, Iterable

from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.issuer_client import IssuerClient

HOME, ABROAD = "203.0.113.7", "198.51.100.23"


def browser_at(harness: Harness, address: str = HOME, *, user_agent: str | None = None, **facts: str) -> Browser:
    """A browser at a network address; `facts` are further WSGI variables of its every request."""
    browser = Browser(harness, user_agent=user_agent) if user_agent else Browser(harness)
    reached = _reached(harness, {"REMOTE_ADDR": address} | facts)
    browser.client = IssuerClient(reached, harness.settings.issuer)
    return browser


def _reached(harness: Harness, facts: dict[str, str]) -> Callable[..., Iterable[bytes]]:
    def answer(environ: dict[str, object], start_response: Callable[..., object]) -> Iterable[bytes]:
        return harness.app.wsgi_app(environ | facts, start_response)  # type: ignore[arg-type]  # an environ is a dict to Werkzeug

    return answer
