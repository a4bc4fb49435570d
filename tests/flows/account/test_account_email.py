"""Changing the email address: proven by the new mailbox, told to the old one, undone from there."""

from collections.abc import Callable
from typing import Any

import pytest

from idp.admin import Refused, user_changes, users
from idp.admin.user_changes import ClaimChanges
from idp.kernel.clock import DAY, HOUR
from idp.login.policy import rate_limits
from tests.support.account import (
    CODES,
    EMAIL,
    PROFILE,
    REGENERATE,
    SECURITY,
    TURN_OFF,
    Account,
    forget_mail,
    grant,
    mails,
    revoked,
    words,
)
from tests.support.browser import Browser
from tests.support.harness import Harness
from tests.support.mailed import email_links, rendered_mails, undo_links
from tests.support.statements import metered
from tests.support.tables import events, rows

NEW = "jane@new.example.test"
OLD = "jane@example.test"


@pytest.fixture
def jane(harness: Harness) -> Account:
    """Signed in with both steps, just now, on a remembered device; no mail waits."""
    made = Account(harness, harness.person(totp=True, email_verified=True))
    made.open(remember=True)
    forget_mail(harness)
    return made


def ask(account: Account, address: str = NEW) -> None:
    account.open(EMAIL)
    account.browser.submit(action=EMAIL, email=address)


def contacts(harness: Harness, account: Account) -> tuple[str | None, bool]:
    with harness.services.database.read() as tx:
        user = tx.users.by_id(account.someone.id)
        assert user is not None
        return user.email, user.email_verified


def set_claims(harness: Harness, **wanted: Any) -> None:
    """As an administrator does."""
    with harness.services.database.write() as tx:
        user_changes.set_claims(tx, users.find(tx, "jane"), ClaimChanges(**wanted), harness.settings)


def change(harness: Harness, account: Account, address: str = NEW) -> str:
    """Asked for and confirmed; the link that undoes it."""
    ask(account, address)
    browser = Browser(harness)
    browser.get(email_links(harness)[-1])
    browser.submit()
    assert browser.page.status_code == 200, browser.page.text
    return undo_links(harness)[-1]


def test_the_new_mailbox_confirms_and_both_are_told(harness: Harness, jane: Account) -> None:
    ask(jane)
    assert jane.browser.at == f"{PROFILE}?done=email-asked"
    page = words(jane.browser.page)
    assert f"{OLD} Confirmed" in page
    assert f"{NEW} Not confirmed Open the link" in page
    ((recipient, letter),) = rendered_mails(harness, "email_change")
    assert recipient == NEW
    assert "Hello jane," in letter.text, "no words of the asker's own go to a mailbox that is not proven"
    (link,) = email_links(harness)
    assert mails(harness) == ["email_change"], "nothing has changed yet"
    before = rows(harness, "users", "devices", "sessions", "contact_changes", "outbox", "audit_events")
    other = Browser(harness)
    for address in (link, "/email"):
        other.get(address)
        assert "Is this your new address?" in words(other.page)
        assert link.rpartition("/")[2] not in other.page.text
    assert rows(harness, *before) == before, "opening the link changes nothing"
    other.submit()
    assert "Your email address is confirmed" in words(other.page)
    assert contacts(harness, jane) == (NEW, True)
    assert events(harness, "email.changed") == 1
    assert [(to, "undo" in letter.text) for to, letter in rendered_mails(harness, "contact_changed")] == [(OLD, True)]
    assert [to for to, _ in rendered_mails(harness, "security_notice")] == [NEW]
    assert other.cookie("session") is None, "it signs nobody in"
    with harness.services.database.read() as tx:
        assert tx.devices.trusted_for_user(jane.someone.id, 2) == []
    other.get(link)
    assert other.page.status_code == 410
    assert "Your email address was changed, and confirmed." in words(jane.open("/account/activity"))


def test_an_address_that_an_administrator_gave_is_confirmed_the_same_way(harness: Harness) -> None:
    jane = Account(harness, harness.person())
    page = jane.open(EMAIL)
    assert f'value="{OLD}"' in page.text
    forget_mail(harness)
    jane.browser.submit(action=EMAIL)
    browser = Browser(harness)
    browser.get(email_links(harness)[0])
    browser.submit()
    assert contacts(harness, jane) == (OLD, True)
    assert mails(harness) == ["email_change"], "nothing changed that anybody need be told of"


def test_somebody_elses_address_is_answered_like_a_free_one(harness: Harness, jane: Account) -> None:
    max_ = Account(harness, harness.person("max"))
    jane.open(EMAIL)  # from here on the session has a proof of the device, whose row is read each time
    with metered(harness) as free:
        ask(jane, "free@example.test")
    shape = (jane.browser.page.status_code, jane.browser.at, words(jane.browser.page).replace("free@example.test", "X"))
    for twin in ("max@example.test", "MAX@Example.TEST", "max@\uff45xample.test"):
        forget_mail(harness)
        with metered(harness) as taken:
            ask(jane, twin)
        assert taken.statements == free.statements
        page = jane.browser.page
        assert (page.status_code, jane.browser.at, words(page).replace(twin, "X")) == shape, twin
        ((recipient, letter),) = rendered_mails(harness, "email_taken")
        assert recipient == "max@example.test", "the stored one, not the one that was typed"
        assert "/email/" not in letter.text
        assert mails(harness) == ["email_taken"]
    assert contacts(harness, max_) == ("max@example.test", False)


def test_a_link_dies_with_time_a_newer_one_and_any_change(harness: Harness, jane: Account) -> None:
    def disable() -> None:
        with harness.services.database.write() as tx:
            users.disable(tx, users.find(tx, "jane"), harness.settings)

    endings: dict[str, Callable[[], object]] = {
        "an hour": lambda: harness.clock.advance(HOUR),
        "a newer one": lambda: ask(jane, "other@example.test"),
        "being forgotten": lambda: (jane.open(PROFILE), jane.browser.submit(action="/forget")),
        "a change": lambda: (jane.open(TURN_OFF), jane.browser.submit(action=TURN_OFF)),
        "somebody who was faster": lambda: harness.person("max", email="jane4@new.example.test"),
        "the account": disable,
    }
    for number, (ending, end) in enumerate(endings.items()):
        ask(jane, f"jane{number}@new.example.test")
        end()
        browser = Browser(harness)
        browser.get(email_links(harness)[-1] if ending != "a newer one" else email_links(harness)[-2])
        if ending == "somebody who was faster":
            browser.submit()
        assert browser.page.status_code == 410, ending
        assert contacts(harness, jane) == (OLD, True)


def test_mail_does_not_storm(harness: Harness, jane: Account) -> None:
    for _ in range(rate_limits.MAILBOX_LIMIT.short_count):
        ask(jane)
        assert jane.browser.page.status_code == 200
    ask(jane)
    assert jane.browser.page.status_code == 429
    assert len(email_links(harness)) == rate_limits.MAILBOX_LIMIT.short_count
    max_ = Account(harness, harness.person("max"))
    ask(max_, NEW)
    assert max_.browser.page.status_code == 429, "whoever asks"
    ask(max_, "max@new.example.test")
    assert max_.browser.page.status_code == 200


def test_what_is_no_new_address_is_answered_beside_the_field(harness: Harness, jane: Account) -> None:
    jane.open(EMAIL)
    for address in ("", "jane", "jane@", "a@b, c@d", "a@b\r\nBcc: c@d", "x" * 251 + "@b.c", "ma\u200bx@b.c", OLD):
        page = jane.post(EMAIL, email=address)
        assert page.status_code == 400, address
        assert 'id="email-error"' in page.text
    assert mails(harness) == []


def test_letters_before_the_at_sign_that_mail_cannot_carry_get_a_true_sentence(jane: Account) -> None:
    jane.open(EMAIL)
    page = jane.post(EMAIL, email="j\u00e4ne@example.test")
    assert page.status_code == 400
    assert "only letters from a to z, digits and signs" in words(page)


def test_an_internationalised_domain_is_confirmed_and_signed_in_with_in_both_forms(
    harness: Harness, jane: Account
) -> None:
    ask(jane, "jane@m\u00fcller.example")
    browser = Browser(harness)
    browser.get(email_links(harness)[-1])
    browser.submit()
    assert contacts(harness, jane) == ("jane@m\u00fcller.example", True)
    with harness.services.database.read() as tx:
        found = tx.users.by_identifier("jane@xn--mller-kva.example")
    assert found is not None
    assert found.id == jane.someone.id


def test_the_old_mailbox_undoes_it_and_ends_everything(harness: Harness, jane: Account) -> None:
    harness.client()
    assert jane.session is not None
    offline = grant(harness, jane.someone.id, jane.session.sid, offline=True)
    link = change(harness, jane)
    harness.clock.advance(7 * DAY - 1)
    owner = Browser(harness)
    owner.get(link)
    page = words(owner.page)
    assert f"Before {OLD} Now {NEW}" in page
    assert contacts(harness, jane) == (NEW, True), "opening the link changes nothing"
    owner.submit()
    assert "The change is undone" in words(owner.page)
    assert 'href="/recover"' in owner.page.text
    assert contacts(harness, jane) == (OLD, True)
    assert revoked(harness, offline)
    assert jane.session is None
    assert owner.cookie("session") is None
    assert [to for to, _ in rendered_mails(harness, "security_notice")][-2:] == [OLD, NEW]
    assert events(harness, "contact.undone") == 1
    owner.get(link)
    assert owner.page.status_code == 410


def test_the_old_mailbox_is_proven_by_its_link(harness: Harness) -> None:
    """An address that was never confirmed comes back confirmed: the link was mailed there."""
    account = Account(harness, harness.person(totp=True, email_verified=False))
    account.open(remember=True)
    forget_mail(harness)
    browser = Browser(harness)
    browser.get(change(harness, account))
    browser.submit()
    assert contacts(harness, account) == (OLD, True)


def test_a_thief_who_changes_it_twice_cannot_undo_the_undoing(harness: Harness, jane: Account) -> None:
    first = change(harness, jane, "thief@example.test")
    harness.clock.advance(HOUR)
    second = change(harness, jane, "thief2@example.test")
    assert rendered_mails(harness, "contact_changed")[-1][0] == "thief@example.test"
    owner, thief = Browser(harness), Browser(harness)
    owner.get(first)
    owner.submit()
    assert contacts(harness, jane) == (OLD, True)
    thief.get(second)
    assert thief.page.status_code == 410


@pytest.mark.parametrize("corrected", [OLD, "jane@third.example.test"])
def test_what_an_administrator_sets_is_not_undone_by_an_earlier_link(
    harness: Harness, jane: Account, corrected: str
) -> None:
    """A thief changes the address twice, so that a link lies in a mailbox of theirs; the owner asks for help."""
    links = [change(harness, jane, "thief@example.test"), change(harness, jane, "thief2@example.test")]
    set_claims(harness, email=corrected)
    for link in links:
        browser = Browser(harness)
        browser.get(link)
        assert browser.page.status_code == 410
    assert contacts(harness, jane) == (corrected, False)
    forget_mail(harness)
    set_claims(harness, profile={"name": "Jane Doe"})
    assert [to for to, _ in rendered_mails(harness, "security_notice")] == [corrected], "no notice for the thief"


def test_another_number_leaves_the_link_that_undoes_a_change_of_address(harness: Harness, jane: Account) -> None:
    link = change(harness, jane, "thief@example.test")
    set_claims(harness, phone_number="+4915112345678")
    owner = Browser(harness)
    owner.get(link)
    owner.submit()
    assert contacts(harness, jane) == (OLD, True)


def test_an_edit_never_writes_a_stale_address_back(harness: Harness, jane: Account) -> None:
    """Read by an administrator's request just before the owner takes the address back."""
    link = change(harness, jane, "thief@example.test")
    vouched = ClaimChanges(email_verified=False, profile={"given_name": "Jane"})
    with harness.services.database.write() as tx:
        stale = users.find(tx, "jane")
        owner = Browser(harness)
        owner.get(link)
        owner.submit()
        with pytest.raises(Refused, match="changed at the same moment"):
            user_changes.set_claims(tx, stale, vouched, harness.settings)
    assert contacts(harness, jane) == (OLD, True)


def test_until_it_can_no_longer_be_undone_the_old_mailbox_is_told_what_is_set_up_next(
    harness: Harness, jane: Account
) -> None:
    """Or a thief would change the address first, and be the only one to learn of the passkey they add then."""
    change(harness, jane)
    undo_until = harness.clock.now() + 7 * DAY
    for later, told in ((0, [NEW, OLD]), (undo_until, [NEW])):
        harness.clock.advance(max(0, later - harness.clock.now()))
        forget_mail(harness)
        jane.open(REGENERATE)
        forget_mail(harness)
        jane.browser.submit(action=REGENERATE)
        assert sorted((to for to, _ in rendered_mails(harness, "security_notice")), key=[NEW, OLD].index) == told
        jane.browser.submit(action=CODES, saved="1")


def test_an_undo_comes_too_late_after_a_week_and_never_takes_what_is_another_s(harness: Harness, jane: Account) -> None:
    link = change(harness, jane)
    late = Browser(harness)
    harness.clock.advance(7 * DAY)
    late.get(link)
    assert late.page.status_code == 410
    harness.clock.advance(-DAY)
    max_ = Account(harness, harness.person("max", email=OLD))
    late.get(link)
    late.submit()
    assert contacts(harness, jane) == (None, False), "nobody's, rather than the thief's"
    assert contacts(harness, max_) == (OLD, False)


def test_forged_forms_change_nothing(harness: Harness, jane: Account) -> None:
    ask(jane)
    (link,) = email_links(harness)
    browser = Browser(harness)
    browser.get(link)
    before = rows(harness, "users", "contact_changes", "outbox")
    assert (
        browser.send_request(
            "POST", "/email", {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, {}
        ).status_code
        == 400
    )
    assert browser.submit(csrf="x").status_code == 400
    assert rows(harness, *before) == before


def test_handles_stay_out_of_tables_and_logs(harness: Harness, jane: Account, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    ask(jane)
    (link,) = email_links(harness)
    browser = Browser(harness)
    browser.get(link)
    browser.submit()
    (undo,) = undo_links(harness)
    browser.get(undo)
    kept = repr(rows(harness))
    for each in (link, undo):
        handle = each.rpartition("/")[2]
        assert handle not in kept
        assert handle not in caplog.text
    jane.browser.get(SECURITY)
