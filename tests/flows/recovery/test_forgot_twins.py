"""*Forgot password* tells by nothing whether an account exists: not words, headers, statements, nor work."""

from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.browser import Browser
from tests.support.harness import ISSUER, Harness
from tests.support.login_driver import csrf_of
from tests.support.page_text import CHANGING
from tests.support.statements import metered


class Asker:
    """One browser at the page, posting without following."""

    def __init__(self, harness: Harness) -> None:
        self.harness, self.browser = harness, Browser(harness)
        self.browser.get("/recover")
        self.csrf = csrf_of(self.browser)

    def ask(self, name: str) -> TestResponse:
        form = {"csrf": self.csrf, "username": name}
        headers = {"Origin": ISSUER, "X-Request-Id": "the-same-each-time", "X-Forwarded-For": "203.0.113.7"}
        return self.browser.client.post(self.browser.at, base_url=ISSUER, data=form, headers=headers)

    def forget(self) -> None:
        with self.harness.services.database.write() as tx:
            tx.throttles.reset_all("")


@pytest.fixture
def harness(proxied: Harness) -> Harness:
    """With request ids that a test can choose."""
    return proxied


@pytest.fixture
def asker(harness: Harness) -> Asker:
    harness.person("jane", totp=True)
    harness.person("gone", status="disabled")
    harness.person("silent", email=None)
    return Asker(harness)


@pytest.mark.parametrize("other", ["nobody", "gone", "silent", "jane@example.test"])
def test_answers_and_statements_are_the_same_up_to_the_limit_and_beyond(asker: Asker, other: str) -> None:
    seen: dict[str, list[Any]] = {}
    for name in ("jane", other):
        asker.forget()
        with metered(asker.harness) as meter:
            answers = [asker.ask(name) for _ in range(12)]
        pages = [(each.status, each.headers.to_wsgi_list(), CHANGING.sub("", each.text)) for each in answers[:10]]
        shut = [(each.status, CHANGING.sub("", each.text.replace(name, ""))) for each in answers[10:]]
        seen[name] = [pages, shut, meter.statements]
    assert seen["jane"] == seen[other]
    assert [status for status, _ in seen["jane"][1]] == ["429 TOO MANY REQUESTS"] * 2
