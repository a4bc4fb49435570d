"""What people do with passkeys, over HTTP, as the pages' script does it."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from werkzeug.test import TestResponse

from idp.persistence.factors import Factor
from tests.support.account import CODES, Account
from tests.support.authenticator import Authenticator
from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness, Someone
from tests.support.page_text import form_token, options_path


@dataclass(frozen=True)
class Owner:
    """A person and their key."""

    someone: Someone
    key: Authenticator


ADD = "/account/security/passkeys/add"


def options(browser: Browser) -> dict[str, Any]:
    """What the page's script is told."""
    path, data = options_path(browser.page.text), {"csrf": form_token(browser.page.text)}
    answer = browser.client.post(path, base_url=ISSUER, data=data, headers=browser.headers | {"Origin": ISSUER})
    assert answer.status_code == 200, (path, answer.status)
    assert answer.headers["Cache-Control"] == "no-store"
    told: dict[str, Any] = json.loads(answer.text)
    return told


def use(browser: Browser, key: Authenticator, *, remember: bool = False, **lies: Any) -> TestResponse:
    """Presses the passkey button of a sign-in page."""
    return send(browser, key.get(options(browser), **lies), remember=remember)


def send(browser: Browser, credential: str, *, remember: bool = False) -> TestResponse:
    """Sends an answer from a sign-in page."""
    found = re.search(r'action="(/login/[^"]*/passkey)"', browser.page.text)
    assert found, (browser.at, browser.page.status)
    page_id = re.search(r'name="page_id" value="([^"]+)"', browser.page.text)
    assert page_id, browser.at
    data = {
        "csrf": form_token(browser.page.text),
        "page_id": page_id[1],
        "credential": credential,
        "remember": "1" if remember else "",
    }
    return browser.send_request("POST", urljoin(browser.at, found[1]), {"Origin": ISSUER}, data)


def add(account: Account, key: Authenticator, name: str = "My phone", **lies: Any) -> TestResponse:
    """Adds a passkey from the security page's button on, as far as the recovery codes or the security page."""
    account.open(ADD)
    assert account.browser.path == ADD, account.browser.at
    told = options(account.browser)
    return account.browser.submit(action=ADD, credential=key.create(told, **lies), name=name)


def with_passkey(harness: Harness, username: str = "jane", *, totp: bool = False, **traits: Any) -> Owner:
    """Somebody who added a passkey, and saved recovery codes, in a browser that is closed again."""
    someone = harness.person(username, totp=totp)
    key = Authenticator(ISSUER, **traits)
    account = Account(harness, someone)
    add(account, key)
    if account.browser.at.endswith("recovery-codes"):
        account.browser.submit(action=CODES, saved="1")
    return Owner(someone, key)


def factors(harness: Harness, someone: Someone) -> list[Factor]:
    """What the person has set up."""
    with harness.services.database.read() as tx:
        return tx.factors.for_user(someone.id)
