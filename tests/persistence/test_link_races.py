"""Mailed links sent by a crowd at once: one of 32 is taken, and nobody sees a fault."""

import functools

from tests.support.account import EMAIL, Account
from tests.support.browser import Browser
from tests.support.concurrency import CROWD, rush
from tests.support.harness import Harness
from tests.support.mailed import alert_links, email_links, reset_links, undo_links
from tests.support.tables import count, events

NEW = "violet tram sleeps under nine bridges"


def crowd_at(harness: Harness, link: str) -> list[Browser]:
    browsers = [Browser(harness) for _ in range(CROWD)]
    for browser in browsers:
        browser.get(link)
        assert browser.page.status_code == 200
    return browsers


def test_one_reset_link_sets_one_of_32_passwords(harness: Harness) -> None:
    jane = Account(harness, harness.person())
    asking = Browser(harness)
    asking.get("/recover")
    asking.submit(username="jane")
    (link,) = reset_links(harness)
    browsers = crowd_at(harness, link)
    rush([functools.partial(each.submit, password=f"{NEW} {number}") for number, each in enumerate(browsers)])
    assert sorted(each.page.status_code for each in browsers) == [200] + [410] * (CROWD - 1)
    assert events(harness, "password.changed") == 1
    winner = next(number for number, each in enumerate(browsers) if each.page.status_code == 200)
    jane.browser.get("/account/security")
    jane.browser.submit(username="jane", password=f"{NEW} {winner}")
    assert jane.browser.page.status_code == 200


def test_a_reset_beside_sign_ins_with_the_old_password_leaves_none_of_them_open(harness: Harness) -> None:
    """Either a sign-in is first, and then the link is dead; or the reset is, and then no session is left."""
    jane = harness.person()
    for _ in range(5):
        asking = Browser(harness)
        harness.clock.advance(1200)
        asking.get("/recover")
        asking.submit(username="jane")
        asking.get(reset_links(harness)[-1])
        browsers = [Browser(harness) for _ in range(7)]
        for browser in browsers:
            browser.get("/account/security")
        acts = [functools.partial(each.submit, username="jane", password=jane.password) for each in browsers]
        rush([*acts, functools.partial(asking.submit, password=NEW)])
        assert all(each.page.status_code < 500 for each in (asking, *browsers))
        if asking.page.status_code == 200:
            assert count(harness, "sessions") == 0
            return
        assert count(harness, "sessions") > 0


def test_one_alert_link_ends_a_sign_in_once(harness: Harness) -> None:
    Account(harness, harness.person()).open()
    (link,) = alert_links(harness)
    browsers = crowd_at(harness, link)
    rush([each.submit for each in browsers])
    assert sorted(each.page.status_code for each in browsers) == [200] + [410] * (CROWD - 1)
    assert events(harness, "sign_in.disowned") == events(harness, "session.ended") == 1
    assert count(harness, "sessions") == count(harness, "devices") == 0


def test_eight_new_browsers_at_once_are_eight_mails(harness: Harness) -> None:
    jane = harness.person()
    browsers = [Browser(harness) for _ in range(8)]
    for browser in browsers:
        browser.get("/account/security")
    rush([functools.partial(each.submit, username="jane", password=jane.password) for each in browsers])
    assert len(alert_links(harness)) == count(harness, "devices") == 8


def test_one_new_address_is_confirmed_once_of_32_and_taken_back_once_of_32(harness: Harness) -> None:
    jane = Account(harness, harness.person(email_verified=True))
    jane.open(EMAIL)
    jane.browser.submit(action=EMAIL, email="jane@new.example.test")
    for link_of, event in ((email_links, "email.changed"), (undo_links, "contact.undone")):
        browsers = crowd_at(harness, link_of(harness)[0])
        rush([each.submit for each in browsers])
        assert sorted(each.page.status_code for each in browsers) == [200] + [410] * (CROWD - 1)
        assert events(harness, event) == 1
    assert len(undo_links(harness)) == 1
    with harness.services.database.read() as tx:
        user = tx.users.by_id(jane.someone.id)
    assert user is not None
    assert (user.email, user.email_verified, user.epoch) == ("jane@example.test", True, 3)
