"""*Was this you?* after a security change: the mail's link ends the session that made it, its apps and its trust."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp.server.background import BackgroundJobs
from tests.support.account import REGENERATE, Account, grant, revoked, words
from tests.support.browser import Browser
from tests.support.console import console
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.mail_server import MailServer, text_of
from tests.support.network import ABROAD, browser_at
from tests.support.tables import events, rows


@pytest.fixture
def harness(databases: Databases, server: MailServer, tmp_path: Path) -> Iterator[Harness]:
    """The product, with a mail server that takes its mail."""
    with fresh_harness(databases, tmp_path, smtp_url=server.url) as made:
        yield made


def delivered(harness: Harness, server: MailServer, subject: str) -> str:
    """The text of the one mail with this in its subject, after everything due was sent."""
    BackgroundJobs(harness.services).run_once()
    (mail,) = [each for each in server.taken() if subject in str(each["Subject"])]
    return text_of(mail)


def test_the_link_ends_the_session_that_made_the_change_and_leads_to_a_new_password(
    harness: Harness, server: MailServer
) -> None:
    jane = harness.person(totp=True)
    harness.client("web")
    owner, thief = Account(harness, jane), Account(harness, jane, browser_at(harness, ABROAD))
    owner.open(remember=True)
    thief.open(REGENERATE, remember=True)
    thief.browser.submit(action=REGENERATE)
    assert thief.session is not None
    given = grant(harness, jane.id, thief.session.sid, offline=True)
    assert "/alert/" not in str(rows(harness, "outbox")), "nothing that works waits in the outbox"
    text = delivered(harness, server, "New recovery codes")
    assert ABROAD in text
    (link,) = re.findall(r"https://\S+/alert/\S+", text)
    mailbox = Browser(harness)
    mailbox.get(link, site="cross-site")
    assert "A new set of recovery codes was made" in words(mailbox.page)
    assert thief.session is not None, "opening the link ends nothing"
    mailbox.submit()
    assert "That browser is signed out" in words(mailbox.page)
    assert thief.session is None
    assert revoked(harness, given)
    assert events(harness, "sign_in.disowned") == 1
    assert owner.session is not None, "what began elsewhere stays"
    mailbox.get(link)
    assert mailbox.page.status_code == 410


def test_of_what_no_session_did_the_mail_leads_to_a_new_password_without_the_old_one(
    harness: Harness, server: MailServer
) -> None:
    jane = harness.person(totp=True)
    browser = Browser(harness)
    browser.get("/account/security")
    browser.submit(username="jane", password=jane.password)
    browser.get(browser.at.replace("/code", "/recovery"))
    browser.submit(code=jane.codes[0])
    text = delivered(harness, server, "A recovery code was used")
    assert f"{harness.settings.issuer}/recover" in text
    assert "/alert/" not in text


def test_an_administrator_who_changes_their_own_account_can_end_the_session_that_did_it(
    harness: Harness, server: MailServer
) -> None:
    olga = console(harness)
    olga.browser.get(f"/admin/people/{olga.someone.id}/edit")
    olga.browser.submit(action="edit", phone_number="+49 151 12345678")
    text = delivered(harness, server, "Your phone number was changed by an administrator")
    assert "Was this you?" in text
    assert "/alert/" in text
