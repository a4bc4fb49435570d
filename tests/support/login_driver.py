"""Drives a login from every side, with a page of the tests' own in place of a client or *My account*.

driver = LoginDriver(harness)
driver.authorize(browser, "mfa")    the claims of the session, or None and the browser is at the login flow
driver.sign_in(browser, jane)       the whole login
"""

import dataclasses
from typing import Any

import pyotp
from flask import Response, jsonify, request

from idp.factors.totp import PERIOD
from idp.login.flow import start
from idp.login.flow.browser_session import current_session
from idp.login.policy.assurance import LEVELS
from idp.login.policy.requirement import AuthRequirement
from idp.login.state.initiators import Initiator
from idp.persistence.transaction import Transaction
from idp.web.transactions import write_transaction
from tests.support.browser import Browser
from tests.support.harness import Harness, Someone
from tests.support.page_text import form_token, recovery_codes, setup_key


class LoginDriver:
    """`/protected/<acr>` is a page for sessions of that level; `since` (seconds, UTC) also asks how fresh."""

    def __init__(self, harness: Harness) -> None:
        self.harness = harness
        harness.app.add_url_rule("/protected/<acr>", view_func=_protected_page)

    def path(self, acr: str = "remembered", **query: int | str) -> str:
        """Return the address of the page."""
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return f"/protected/{acr}?{asked}" if asked else f"/protected/{acr}"

    def authorize(self, browser: Browser, acr: str = "remembered", **query: int | str) -> dict[str, Any] | None:
        """Open the page; the claims of the session, or None when the browser was sent to sign in."""
        browser.get(self.path(acr, **query))
        return self.claims(browser)

    def claims(self, browser: Browser) -> dict[str, Any] | None:
        """Return the claims that the protected page shows, or None on another page."""
        assert browser.page.status_code < 500, browser.page.text
        if not browser.at.startswith("/protected/"):
            return None
        found: dict[str, Any] = browser.page.get_json()
        return found

    def to_code(self, browser: Browser, someone: Someone, acr: str = "remembered", **query: int | str) -> None:
        """Password given; the second step is asked."""
        assert self.authorize(browser, acr, **query) is None
        browser.submit(username=someone.username, password=someone.password)
        assert browser.at.endswith("/code"), (browser.at, browser.page.status)

    def sign_in(
        self, browser: Browser, someone: Someone, acr: str = "remembered", *, remember: bool = False, **query: int | str
    ) -> dict[str, Any]:
        """All the way in, with a code when one is asked; a time step is let pass so that it is a new one."""
        assert self.authorize(browser, acr, **query) is None
        if browser.at.endswith("/identify"):
            browser.submit(username=someone.username, password=someone.password)
        if browser.at.endswith("/code"):
            self.harness.clock.advance(PERIOD)
            ticked: dict[str, Any] = {"remember": "1"} if remember else {}
            browser.submit(code=someone.code(self.harness.clock), **ticked)
        claims = self.claims(browser)
        assert claims is not None, (browser.at, browser.page.text)
        return claims

    def to_set_up(self, browser: Browser, someone: Someone) -> str:
        """Give the password for a page that needs a second step; the seed on offer."""
        assert self.authorize(browser, "mfa") is None
        browser.submit(username=someone.username, password=someone.password)
        return offered_seed(browser)

    def set_up(self, browser: Browser, someone: Someone) -> Someone:
        """All the way through a set-up and in; the person as they are now."""
        seed = self.to_set_up(browser, someone)
        browser.submit(code=pyotp.TOTP(seed).at(self.harness.clock.now()))
        codes = tuple(recovery_codes(browser.page.text))
        browser.submit(saved="1")
        assert self.claims(browser), browser.at
        return dataclasses.replace(someone, seed=seed, codes=codes)


def offered_seed(browser: Browser) -> str:
    """The key on the set-up page."""
    found = setup_key(browser.page.text)
    assert found, (browser.at, browser.page.status)
    return found


def csrf_of(browser: Browser) -> str:
    """The form token on the page."""
    return form_token(browser.page.text)


@write_transaction
def _protected_page(tx: Transaction, acr: str) -> Response:
    requirement = AuthRequirement(min_level=LEVELS[acr], not_before=int(request.args.get("since", 0)))
    auth_session = current_session(tx)
    assurance = auth_session and auth_session.satisfies_with_saved_codes(requirement, now=tx.now)
    if auth_session and assurance and "choose" not in request.args:
        return jsonify(
            user=auth_session.person.user.username,
            acr=assurance.level.acr,
            amr=assurance.amr,
            auth_time=assurance.auth_time,
            second_factor_at=assurance.second_factor_at,
        )
    choosing = "choose" in request.args
    back = request.full_path.replace("choose=", "chosen=").rstrip("?")
    requested = start.LoginRequest(Initiator.ACCOUNT, return_to=back, must_choose=choosing)
    return start.start_login(tx, requirement, requested)
