"""Every state of a sign-in against every one of its addresses: nothing opens, appears or breaks out of turn."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp.login.flow import start
from tests.support.browser import Browser
from tests.support.concurrency import twin
from tests.support.databases import Databases
from tests.support.harness import ISSUER, PASSWORD, Harness, fresh_harness
from tests.support.login_driver import LoginDriver, csrf_of
from tests.support.login_stages import STEPS, Stage, stand_at
from tests.support.relying_party import RelyingParty
from tests.support.routes import every
from tests.support.tables import Snapshot, rows

OFFER = "offer"
"""A step that there is only where people are given time for their set-up."""
PAGES = ("", "/done", "/refuse", f"/{OFFER}", *(f"/{step}" for step in STEPS))
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE")
PROVEN = (
    "users",
    "factors",
    "recovery_sets",
    "recovery_codes",
    "sessions",
    "login_flows",
    "devices",
    "browsers",
    "outbox",
)
"""What may change only in turn; tries are counted and recorded whenever they are made."""
UNTOUCHED = (
    *("users", "factors", "recovery_sets", "recovery_codes", "contact_changes"),
    *("sessions", "devices", "browsers", "clients", "consents", "grants"),
)
"""What half a sign-in never changes, wherever it is shown. (That a password is forgotten may be said at any time.)"""


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """An organisation that gives people a week to set up the second step they must have."""
    with fresh_harness(databases, tmp_path, second_step_grace_days=7) as made:
        yield made


def offer(driver: LoginDriver) -> Stage:
    browser, max_ = Browser(driver.harness), driver.harness.person("max", second_step_required=True)
    driver.authorize(browser, "pwd")
    browser.submit(username="max", password=max_.password)
    assert browser.at.endswith(f"/{OFFER}")
    return Stage(browser, {"choice": "later"}, {"choice": "never"})


def cancelled(driver: LoginDriver) -> Stage:
    stage = stand_at("code", driver)
    kept = twin(stage.browser)
    stage.browser.submit(choice="cancel")
    return Stage(kept, stage.right, stage.wrong)


def expired(driver: LoginDriver) -> Stage:
    stage = stand_at("code", driver)
    driver.harness.clock.advance(driver.harness.settings.login_lifetime)
    return stage


def done(driver: LoginDriver) -> Stage:
    stage = stand_at("code", driver)
    kept, form = twin(stage.browser), stage.browser.page
    stage.browser.submit(**stage.right)
    assert driver.claims(stage.browser)
    after = twin(stage.browser)
    after.page, after.at = form, kept.at
    return Stage(after, stage.right, stage.wrong)


def other_browser(driver: LoginDriver) -> Stage:
    stage = stand_at("code", driver)
    stranger = Browser(driver.harness)
    stranger.set_cookie("login", "a cookie of its own")
    stranger.page, stranger.at = stage.browser.page, stage.page
    return Stage(stranger, stage.right, stage.wrong)


STATES: dict[str, Callable[[LoginDriver], Stage]] = {
    **{step: lambda driver, step=step: stand_at(step, driver) for step in STEPS},  # type: ignore[misc]  # mypy cannot tell the type of a default in a lambda
    OFFER: offer,
    "cancelled": cancelled,
    "expired": expired,
    "done": done,
    "another browser": other_browser,
}
TAKEN = {"code": {"/code", "/recovery"}, "recovery": {"/code", "/recovery"}}
"""Where the right answer of a state is in place, if not only at the state's own address."""


def proven(harness: Harness) -> Snapshot:
    return rows(harness, *PROVEN)


def forget_tries(harness: Harness) -> None:
    with harness.services.database.write() as tx:
        tx.throttles.reset_all("")


def ask(stage: Stage, page: str, method: str, form: dict[str, str], *, origin: str = ISSUER) -> int:
    answer = stage.browser.client.open(
        stage.base + page,
        method=method,
        base_url=ISSUER,
        data=form if method in {"POST", "PUT", "PATCH", "DELETE"} else None,
        headers={"Origin": origin},
    )
    assert answer.status_code in {200, 303, 400, 403, 404, 405, 410, 429}, (method, page, answer.status)
    session = [cookie for cookie in answer.headers.getlist("Set-Cookie") if "-session=" in cookie]
    assert session == [], (method, page)
    return answer.status_code


@pytest.mark.parametrize("state", STATES)
def test_nothing_moves_out_of_turn(harness: Harness, driver: LoginDriver, state: str) -> None:
    stage = STATES[state](driver)
    token = {"csrf": csrf_of(stage.browser)}
    in_turn = {f"/{state}"} | TAKEN.get(state, set())
    before = proven(harness)
    forms = {"empty": {}, "wrong": stage.wrong | token, "right": stage.right | token, "right, no token": stage.right}
    for page, method, (name, form) in itertools.product(PAGES, METHODS, forms.items()):
        if method != "POST" and name != "right":
            continue
        # The password page takes a person's name at any time, and choosing an account is over with any choice.
        if (
            method == "POST"
            and "csrf" in form
            and ((name == "right" and page in in_turn) or (page == "/account" and state == "account"))
        ):
            continue
        if method == "POST":
            forget_tries(harness)
        ask(stage, page, method, form)
        assert proven(harness) == before, (method, page, name)


@pytest.mark.promise("ES23")
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
@pytest.mark.parametrize("state", [step for step in (*STEPS, OFFER) if step != "account"])
def test_a_half_finished_sign_in_reaches_nothing_but_its_own_pages(
    harness: Harness, driver: LoginDriver, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every route there is, with all its cookies and the right answer at hand; choosing an account is no such state."""
    monkeypatch.setattr(start, "MOST_UNPROVEN", 1000)  # each route may start another flow in this browser
    app, stage = RelyingParty(harness), STATES[state](driver)
    flow_id = stage.base.rpartition("/")[2]
    form = {"password": PASSWORD, "saved": "1"} | stage.right | {"csrf": csrf_of(stage.browser)}

    def everything() -> list[object]:
        attempt = [row for row in rows(harness, "login_flows")["login_flows"] if flow_id in row]
        return [attempt, rows(harness, *UNTOUCHED)]

    before, walked = everything(), 0
    own = {f"{stage.base}{page}" for page in (*PAGES, "/recovery")}
    for method, path in every(harness, flow_id=flow_id, acr="pwd"):
        if path in own or path.startswith((f"{stage.page}/", "/static")):
            continue
        thief, address = twin(stage.browser), app.address() if path == "/authorize" else path
        answer = thief.client.open(
            address, method=method, base_url=ISSUER, data=form if method == "POST" else None, headers={"Origin": ISSUER}
        )
        assert answer.status_code < 500, (method, path)
        assert not answer.headers.get("Location", "").startswith(app.app.redirect_uri), (method, path)
        assert thief.cookie("session") is None, (method, path)
        walked += 1
    assert everything() == before
    assert walked > 60
    stage.browser.get(stage.page)
    was = stage.page
    stage.browser.submit(**stage.right)
    assert stage.browser.at != was, "the sign-in could have gone on all the time"


@pytest.mark.parametrize("state", STATES)
def test_looking_changes_nothing_at_all(harness: Harness, driver: LoginDriver, state: str) -> None:
    stage = STATES[state](driver)
    before = rows(harness)
    for page, method in itertools.product((*PAGES, "/identify?other=1"), ("GET", "HEAD", "OPTIONS")):
        ask(stage, page, method, {})
    assert rows(harness) == before


@pytest.mark.parametrize("state", [state for state in STATES if state not in {*STEPS, OFFER}])
def test_a_sign_in_that_is_over_stays_over(harness: Harness, driver: LoginDriver, state: str) -> None:
    stage = STATES[state](driver)
    before = proven(harness)
    for page in PAGES:
        assert ask(stage, page, "GET", {}) in {403, 410}
        form = stage.right | {"csrf": csrf_of(stage.browser)}
        if page not in {"", "/done", "/refuse"}:
            assert ask(stage, page, "POST", form) in {403, 410}
    assert proven(harness) == before


@pytest.mark.parametrize("state", [*STEPS, OFFER])
def test_back_and_reload_lead_to_what_is_missing(driver: LoginDriver, state: str) -> None:
    stage = STATES[state](driver)
    same = {"code", "recovery"}
    for page in PAGES:
        stage.browser.get(stage.base + page)
        at = stage.page.rpartition("/")[2]
        assert at == state or {at, state} <= same, (page, stage.page)


@pytest.mark.parametrize("state", [step for step in (*STEPS, OFFER) if step != "recovery-codes"])
def test_cancel_ends_the_sign_in_at_every_step(harness: Harness, driver: LoginDriver, state: str) -> None:
    stage = STATES[state](driver)
    was = len(rows(harness, "sessions")["sessions"])
    page = stage.page
    stage.browser.submit(choice="cancel")
    gone = stage.browser.get(page)
    assert (gone.status_code, "cancelled" in gone.text) == (410, True)
    assert len(rows(harness, "sessions")["sessions"]) == was
