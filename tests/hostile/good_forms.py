"""A good request, and those that a page offers to a browser that stands there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

from idp.web.account_paths import SIGN_OUT
from tests.support.back_channel import FORM
from tests.support.browser import Browser, Forms

COOKIES = ("session", "login", "browser", "recover", "alert", "email", "undo", "register")

Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class RealRequest:
    """`place` is where it stands: a page of a sign-in, of the account, or an endpoint.

    `members` are sent as JSON in place of a form.
    """

    place: str
    method: str
    path: str
    query: Pairs = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    form: Pairs = field(default_factory=list)
    members: dict[str, Any] = field(default_factory=dict)


def browser_headers(browser: Browser) -> dict[str, str]:
    jar = [f"__Host-countersign-{name}={value}" for name in COOKIES if (value := browser.cookie(name))]
    origin = {"Origin": browser.harness.settings.issuer, "Sec-Fetch-Site": "same-origin"}
    return origin | ({"Cookie": "; ".join(jar)} if jar else {})


def page_requests(browser: Browser, place: str, **filled: str) -> Iterator[RealRequest]:
    """The page where a browser stands, and each of its forms as its reader would send it.

    The one that signs out only at the place `sign-out`: after it the others would reach nothing but a sign-in.
    """
    found, headers = Forms(), browser_headers(browser)
    found.feed(browser.page.text)
    here = urlsplit(browser.at)
    yield RealRequest(place, "GET", here.path, parse_qsl(here.query), headers)
    for action, fields in zip(found.actions, found.forms, strict=True):
        target = urlsplit(urljoin(browser.at, action))
        if target.path == SIGN_OUT and place != "sign-out":
            continue
        wanted = {name: filled.get(name, value) for name, value in fields.items()}
        sent = headers | {"Content-Type": FORM}
        yield RealRequest(place, "POST", target.path, parse_qsl(target.query), sent, list(wanted.items()))
