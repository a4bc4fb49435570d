"""Forgetting what has ended: all of it, nothing else, and nothing before its time."""

import pytest
from sqlalchemy import select

from idp.admin import purging
from idp.kernel.clock import DAY
from idp.login.policy import rate_limits
from idp.persistence import purging as purging_store
from idp.persistence.purging import Keys, PurgeStore
from idp.persistence.row_lives import Erasure, Life, Retention
from idp.persistence.sessions import sessions
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.tables import count, rows


def purge(harness: Harness) -> dict[str, int]:
    return purging.purge(harness.services.database, harness.settings)


def test_nothing_alive_is_forgotten(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    jane = harness.person(totp=True)
    driver.sign_in(browser, jane, remember=True)
    other = Browser(harness)
    driver.to_code(other, jane)
    before = rows(harness)
    assert not any(purge(harness).values())
    assert rows(harness) == before
    other.submit(code=jane.code(harness.clock, step=1))
    assert driver.claims(other)


@pytest.mark.parametrize(("age", "kept"), [(0, 1), (3600, 1), (3601, 0)])
def test_attempts_are_kept_an_hour_beyond_their_end(
    harness: Harness, driver: LoginDriver, browser: Browser, age: int, kept: int
) -> None:
    driver.authorize(browser)
    harness.clock.advance(harness.settings.login_lifetime + age)
    purge(harness)
    assert count(harness, "login_flows") == kept


def test_an_idle_session_is_forgotten_and_its_device_is_not(
    harness: Harness, driver: LoginDriver, browser: Browser
) -> None:
    jane = harness.person(totp=True)
    driver.sign_in(browser, jane, remember=True)
    harness.clock.advance(harness.settings.session_idle + 1)
    purge(harness)
    assert count(harness, "sessions") == 0
    assert count(harness, "browsers") == count(harness, "devices") == 1
    driver.authorize(browser)
    browser.submit(username="jane", password=jane.password)
    claims = driver.claims(browser)
    assert claims
    assert claims["acr"] == "remembered"


def test_a_row_that_is_used_meanwhile_does_not_end_the_purge(
    harness: Harness, driver: LoginDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    jane = harness.person(totp=True)
    for _ in range(7):
        driver.sign_in(Browser(harness), jane)
    harness.clock.advance(harness.settings.session_idle + 1)
    find, used = PurgeStore.find_ended, list[str]()

    def find_and_use(store: PurgeStore, ended: Life | Erasure, at: Retention) -> Keys:
        keys = find(store, ended, at)
        if ended.table is sessions and not used:
            used.append(str(keys[0][0]))
            statement = sessions.update().where(sessions.c.sid == used[0]).values(last_seen_at=at.now)
            with harness.services.database.engine.begin() as connection:
                connection.execute(statement)
        return keys

    monkeypatch.setattr(PurgeStore, "find_ended", find_and_use)
    monkeypatch.setattr(purging_store, "BATCH", 3)
    monkeypatch.setattr(purging, "BATCH", 3)
    purge(harness)
    with harness.services.database.engine.connect() as connection:
        assert connection.execute(select(sessions.c.sid)).scalars().all() == used


def test_a_lapsed_remembering_leaves_a_known_device(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    jane = harness.person(totp=True)
    driver.sign_in(browser, jane, remember=True)
    harness.clock.advance(harness.settings.remember_days * DAY)
    assert purge(harness)["remembered"] == 1
    assert count(harness, "devices") == 1


def test_a_few_wrong_codes_a_day_cannot_go_on_for_ever(harness: Harness) -> None:
    jane = harness.person(totp=True)
    bucket, limit = rate_limits.code_bucket(jane.id, None), rate_limits.code_limit(harness.settings)
    judged = 0
    for _ in range(20):
        with harness.services.database.write() as tx:
            judged += sum(tx.throttles.consume(bucket, limit) for _ in range(9))
        harness.clock.advance(2 * DAY)
        purge(harness)
    assert judged == harness.settings.throttle_codes_in_a_row


def test_names_that_strangers_try_leave_nothing_behind(harness: Harness) -> None:
    limit = rate_limits.password_limit(harness.settings)
    with harness.services.database.write() as tx:
        for name in ("alice", "bob"):
            buckets = rate_limits.password_buckets(name, None, None, "203.0.113.7")
            for _ in range(10):
                assert len(tx.throttles.consume_each({buckets.name, buckets.person}, limit)) == 2
                assert tx.throttles.consume(buckets.network or "", rate_limits.network_limit(harness.settings))
    harness.clock.advance(DAY + 1)
    purge(harness)
    assert count(harness, "throttles") == 0


def test_people_and_what_they_set_up_are_never_forgotten(harness: Harness) -> None:
    harness.person(totp=True)
    before = rows(harness, "users", "factors", "recovery_sets", "recovery_codes")
    harness.clock.advance(5000 * DAY)
    purge(harness)
    assert rows(harness, *before) == before
