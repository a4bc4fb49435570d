"""A person with a browser that really goes over the network, to whatever host a redirect names.

It fills our pages' forms as `tests.support.browser` does; an address that must stay unvisited is given as `stop_at`.
"""

import time
from urllib.parse import urljoin

import pyotp
import requests

from tests.support.browser import Forms
from tests.support.harness import PASSWORD
from tests.support.page_text import setup_key

MAX_HOPS = 20


class HttpPerson:
    """`page` is the last answer, `at` its address; `seed` is what their authenticator app keeps."""

    def __init__(self, username: str, *, stop_at: str = "\0") -> None:
        self.username = username
        self.stop_at = stop_at
        self.seed = ""
        self.used_step = 0
        self.at = ""
        self.page: requests.Response
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy of the developer's stands between

    def speaks(self, language: str) -> None:
        """Set the browser's language."""
        self._session.headers["Accept-Language"] = language

    def get(self, address: str) -> requests.Response:
        """Open an address, and follow where it leads."""
        return self._go("GET", address, {})

    def submit(self, *, action: str = "", **fields: str) -> requests.Response:
        """Fill and send the first form of the page, or the first with `action` in its address."""
        found = Forms()
        found.feed(self.page.text)
        form = next(number for number, target in enumerate(found.actions) if action in target)
        return self._go("POST", urljoin(self.at, found.actions[form]), found.forms[form] | fields)

    def ask(self, address: str, **fields: str) -> str:
        """What a page's script is told when it posts this; the page stays."""
        answer = self._session.post(address, data=fields, timeout=120)
        assert answer.status_code == 200, (address, answer.status_code)
        return answer.text

    def pass_on(self) -> None:
        """Send a page that sends itself, as its script would at once (OAuth 2.0 Form Post Response Mode)."""
        if "data-send" in self.page.text or "document.forms[0].submit" in self.page.text:
            self.submit()

    def sign_in(self) -> None:
        """Do whatever our pages ask: password, setting up a second step, its code, allowing the app."""
        if self.at.endswith("/identify"):
            self.submit(username=self.username, password=PASSWORD)
        if shown := setup_key(self.page.text):
            self.seed = shown
            self.submit(code=self.next_code())
            self.submit(saved="1")
        elif self.at.endswith("/code"):
            self.submit(code=self.next_code())
        if "/consent/" in self.at:
            self.submit(choice="approve")

    def next_code(self) -> str:
        """A code not used before; the app's clock runs a step ahead of ours when need be."""
        totp = pyotp.TOTP(self.seed)
        self.used_step = max(self.used_step + 1, int(time.time()) // totp.interval)
        return totp.at(self.used_step * totp.interval)

    def cookie(self, name: str) -> str:
        """The value of one of the product's cookies."""
        return self._session.cookies[f"countersign-{name}"]

    @property
    def inside(self) -> bool:
        """Whether there is a session."""
        return "countersign-session" in self._session.cookies

    def close(self) -> None:
        """The browser is closed: it loses its session, and the product is not told."""
        del self._session.cookies["countersign-session"]

    def twin(self) -> "HttpPerson":
        """Another window of the same browser at the same page, or a thief with all its cookies."""
        other = HttpPerson(self.username, stop_at=self.stop_at)
        other.at, other.page = self.at, self.page
        other._session.cookies.update(self._session.cookies)
        return other

    def _go(self, method: str, address: str, data: dict[str, str]) -> requests.Response:
        for _hop in range(MAX_HOPS):
            self.at = address
            if address.startswith(self.stop_at):
                return self.page
            self.page = self._session.request(method, address, data=data, allow_redirects=False, timeout=120)
            for cookie in self._session.cookies:
                cookie.secure = False  # a browser sends it to http://localhost too
            if "Location" not in self.page.headers:
                return self.page
            address, method, data = urljoin(address, self.page.headers["Location"]), "GET", {}
        message = f"too many redirects, last to {address}"
        raise AssertionError(message)

    def set_cookie(self, name: str, value: str) -> None:
        """Plant a cookie, by its whole name."""
        self._session.cookies.set(name, value)
