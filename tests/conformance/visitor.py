"""The person in a real browser, who does what each of our pages asks, and photographs what the suite wants to see."""

import html
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from idp.kernel.handles import digest
from idp.web.account_paths import APPROVE
from tests.conformance.approvals import Wanted
from tests.conformance.people import Member
from tests.conformance.suite import Suite

LOOKS_FIRST = "par-ensure-reused-request-uri-prior-to-auth-completion-succeeds"
"""Ends the names of modules whose address is opened twice, and used the second time."""
SHOWS_SIGN_IN = ("oidcc-prompt-login", "oidcc-max-age-1")
"""Modules that want to see the second sign-in page."""
ONLY_SHOWS_SIGN_IN = ("oidcc-registration-logo-uri", "oidcc-registration-policy-uri", "oidcc-registration-tos-uri")
"""Modules that end with the first one."""
STEPS = 12
"""Pages between an address and the end of it."""
WAIT = 20_000
"""Milliseconds."""
OWN_TIME = 500
NUMBER = "1234"
"""The binding message of the suite."""


@dataclass
class Visitor:
    """One person with a browser of their own, for one module; `notes` is what was seen on the way."""

    suite: Suite
    issuer: str
    member: Member
    module: str
    test_id: str
    context: BrowserContext
    notes: list[str] = field(default_factory=list)
    cancels: bool = False
    opened: int = 0

    def open(self, url: str, method: str) -> None:
        """Open an address that the module gave, and go on until it is answered."""
        page = self.context.new_page()
        page.set_default_timeout(WAIT)
        try:
            self._send(page, url, method)
            self.suite.mark_opened(self.test_id, url)
            self.opened += 1
            if self.module.endswith(LOOKS_FIRST) and self.opened == 1:
                return
            for _ in range(STEPS):
                if not self._goes_on(page):
                    break
        except BrowserError as error:
            self.notes.append(str(error).splitlines()[0][:200])
            self.suite.mark_opened(self.test_id, url)

    def answer(self, wanted: Wanted) -> None:
        """Answer a request of a client in the account, with the number that the suite always shows (CIBA)."""
        page = self.context.new_page()
        page.set_default_timeout(WAIT)
        try:
            page.goto(f"{self.issuer}{APPROVE}/{digest(wanted.auth_req_id)}")
            while "/login/" in page.url:
                self._sign_in(page)
                page.wait_for_load_state()
                page.wait_for_timeout(OWN_TIME)
            if wanted.allowed:
                page.fill("#number", NUMBER)
            page.click("#approve" if wanted.allowed else "#cancel")
            page.wait_for_url(f"{self.issuer}{APPROVE}/done*")
        except BrowserError as error:
            self.notes.append(str(error).splitlines()[0][:200])
        page.close()

    def _send(self, page: Page, url: str, method: str) -> None:
        if method != "POST":
            page.goto(url)
            return
        address, _, query = url.partition("?")
        fields = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in parse_qsl(query, keep_blank_values=True)
        )
        page.set_content(f'<form method="post" action="{html.escape(address)}">{fields}</form>')
        with page.expect_navigation():
            page.evaluate("document.forms[0].submit()")

    def _goes_on(self, page: Page) -> bool:
        """Do what the page asks; False at the end of the way."""
        page.wait_for_load_state()
        page.wait_for_timeout(OWN_TIME)  # some pages go on by themselves
        path = page.url.removeprefix(self.issuer)
        if path == page.url:
            return self._finish_at_suite(page)
        if path.startswith("/login/") and self.module in ONLY_SHOWS_SIGN_IN:
            self._photograph(page)
            return False
        if path.startswith("/login/"):
            self._sign_in(page)
        elif path.startswith("/consent/"):
            page.click("#cancel" if self.cancels else "#approve")
        elif page.locator("iframe, form[data-send]").count():
            page.wait_for_url(lambda url: not url.startswith(self.issuer + path))
        elif path.startswith("/logout") and page.locator("#submit").count():
            page.click("#submit")
        else:
            self._photograph(page)
            return False
        return True

    def _sign_in(self, page: Page) -> None:
        if self.module in SHOWS_SIGN_IN:
            self._photograph(page)
        if self.cancels and page.locator("#cancel").count():
            page.click("#cancel")
        elif page.locator("#code").count():
            page.fill("#code", self.member.next_code())
            page.click("#submit")
        else:
            name = page.locator("input[name=username]:not([readonly])")
            if name.count():
                name.fill(self.member.username)
            page.fill("#password", self.member.password)
            page.click("#submit")

    def _finish_at_suite(self, page: Page) -> bool:
        if "/callback" in page.url:
            page.wait_for_selector("#submission_complete", state="attached")
        return False

    def _photograph(self, page: Page) -> None:
        """Give the suite the screenshot that it waits for, if it does."""
        self.notes.append(f"page: {page.locator('h1').first.inner_text()}")
        for placeholder in self.suite.placeholders(self.test_id)[:1]:
            self.suite.upload(placeholder, page.screenshot())


def new_context(browser: Browser) -> BrowserContext:
    """Return a browser without a past; the certificates of both are their operator's own."""
    return browser.new_context(ignore_https_errors=True, locale="en-US")
