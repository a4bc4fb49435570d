"""What each page of a sign-in may cost the database.

The first password of a process costs one more: a sample of the stored hashes.
"""

from typing import Any

import pytest

from tests.support.browser import Browser
from tests.support.concurrency import close
from tests.support.harness import Harness, Someone
from tests.support.login_driver import LoginDriver
from tests.support.login_stages import stand_at
from tests.support.relying_party import RelyingParty
from tests.support.statements import metered, metered_requests


@pytest.fixture
def app(harness: Harness) -> RelyingParty:
    """An app; somebody else was here before, so the sample of hashes is read."""
    made = RelyingParty(harness, first_party=True)
    made.send(before := Browser(harness))
    before.submit(username="nobody", password="wrong")
    return made


def costs(app: RelyingParty, browser: Browser, someone: Someone, **ticked: Any) -> dict[str, int]:
    """The statements of each page that a sign-in visits."""
    with metered_requests(app.harness) as counts:
        app.send(browser)
        browser.submit(username=someone.username, password=someone.password)
        if browser.at.endswith("/code"):
            browser.submit(code=someone.code(app.harness.clock), **ticked)
        app.answer(browser)
    return {request: count for request, count in counts.items() if request.endswith(("identify", "code"))}


def test_password(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """In a new browser, which also costs its row and a mail; then in one that is known."""
    max_ = harness.person("max")
    assert costs(app, browser, max_) == {"GET identify": 2, "POST identify": 19}
    close(browser)
    assert costs(app, browser, max_) == {"GET identify": 2, "POST identify": 20}


def test_password_and_code(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """In a new browser, which is then remembered; then in that one."""
    jane = harness.person(totp=True)
    pages = {"GET identify": 2, "POST identify": 11, "GET code": 2, "POST code": 20}
    assert costs(app, browser, jane, remember="1") == pages
    close(browser)
    assert costs(app, browser, jane) == {"GET identify": 2, "POST identify": 21}


@pytest.mark.parametrize(
    ("step", "wrong", "right"),
    [("identify", 9, 11), ("code", 7, 18), ("recovery", 10, 25), ("enrol", 4, 21), ("recovery-codes", 3, 16)],
)
def test_a_wrong_answer_and_then_a_right_one(driver: LoginDriver, step: str, wrong: int, right: int) -> None:
    stage = stand_at(step, driver)
    with metered_requests(driver.harness) as counts:
        stage.browser.submit(**stage.wrong)
        refused = counts[f"POST {step}"]
        stage.browser.submit(**stage.right)
    assert (refused, counts[f"POST {step}"]) == (wrong, right)


def test_a_name_that_nobody_has_costs_as_many(harness: Harness, app: RelyingParty, browser: Browser) -> None:
    """In a known browser, where the person's device is looked up."""
    costs(app, browser, harness.person("max"))
    close(browser)
    app.send(browser)
    sent = []
    for name in ("max@example.test", "nobody@example.test"):
        with metered(harness) as meter:
            browser.submit(username=name, password="wrong")
        sent.append(len(meter.statements))
    assert sent[0] == sent[1]
