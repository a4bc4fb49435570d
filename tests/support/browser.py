"""A person's browser without a screen: follows redirects inside the product, fills forms, keeps one cookie jar.

It posts only what the page's form offers, as a real browser would: hidden fields included, in the form's own action.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from werkzeug.test import TestResponse

from tests.support.harness import ISSUER, Harness
from tests.support.issuer_client import IssuerClient


class Forms(HTMLParser):
    """The forms of a page: where each goes, and what it would send untouched."""

    def __init__(self) -> None:
        super().__init__()
        self._list = self._area = ""
        self.forms: list[dict[str, str]] = []
        self.actions: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
            self.actions.append(values.get("action", ""))
        elif tag == "input" and self.forms and values.get("name") and values.get("type") != "checkbox":
            self.forms[-1][values["name"]] = values.get("value", "")
        elif tag == "select" and self.forms:
            self._list = values["name"]
        elif tag == "option" and self._list and ("selected" in values or self._list not in self.forms[-1]):
            self.forms[-1][self._list] = values.get("value", "")
        elif tag == "textarea" and self.forms:
            self._area = values["name"]
            self.forms[-1][self._area] = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.forms[-1][self._area] += data if self.forms[-1][self._area] else data.removeprefix("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._list = ""
        elif tag == "textarea":
            self._area = ""


class Browser:
    """`page` is the last answer, `hops` all answers on the way to it, `at` its path with query.

    An answer that leads off the product stays a redirect.
    """

    def __init__(self, harness: Harness, *, user_agent: str = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0") -> None:
        self.harness = harness
        self.client = IssuerClient(harness.app, harness.settings.issuer)
        self.headers = {"User-Agent": user_agent, "Sec-Fetch-Site": "same-origin"}
        self.page: TestResponse
        self.at = ""
        self.hops: list[TestResponse] = []

    def get(self, address: str, *, site: str = "none") -> TestResponse:
        """Opens an address and follows redirects as far as they stay inside."""
        return self.send_request("GET", address, {"Sec-Fetch-Site": site})

    def submit(self, *, form: int = 0, action: str | None = None, **fields: str) -> TestResponse:
        """Fills and sends the page's form (the first one, or the one with `action` in its address)."""
        found = Forms()
        found.feed(self.page.text)
        if action is not None:
            form = next(number for number, target in enumerate(found.actions) if action in target)
        data = found.forms[form] | fields
        return self.send_request("POST", urljoin(self.at, found.actions[form] or self.at), {"Origin": ISSUER}, data)

    def send_request(
        self, method: str, address: str, headers: dict[str, str], data: dict[str, str] | None = None
    ) -> TestResponse:
        """Sends any request, and follows redirects as far as they stay inside."""
        url = urljoin(ISSUER + self.at, address)
        self.hops = []
        for _hop in range(10):
            parts = urlsplit(url)
            self.at = parts.path + (f"?{parts.query}" if parts.query else "")
            self.page = self.client.open(
                self.at, base_url=ISSUER, method=method, data=data, headers=self.headers | headers, buffered=True
            )
            self.hops.append(self.page)
            target = self.page.headers.get("Location")
            if not target or not urljoin(url, target).startswith(ISSUER + "/"):
                return self.page
            url, method, data = urljoin(url, target), "GET", None
        message = f"too many redirects, last to {url}"
        raise AssertionError(message)

    def cookie(self, name: str) -> str | None:
        """The value of one of our cookies."""
        found = self.client.get_cookie(f"__Host-countersign-{name}", urlsplit(ISSUER).hostname or "")
        return found.value if found else None

    def set_cookie(self, name: str, value: str) -> None:
        """Plants one of our cookies."""
        host = urlsplit(ISSUER).hostname or ""
        self.client.set_cookie(f"__Host-countersign-{name}", value, domain=host, secure=True, httponly=True)

    @property
    def path(self) -> str:
        """Where it stands, without what the address says besides."""
        return urlsplit(self.at).path

    @property
    def left_for(self) -> str:
        """Where the product sent the browser when it left."""
        location = self.page.headers.get("Location", "")
        assert location, f"still at {self.at}: {self.page.status}"
        assert not location.startswith(("/", ISSUER)), location
        return location
