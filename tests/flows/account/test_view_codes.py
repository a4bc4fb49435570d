"""Recovery codes looked at again: only where policy allows it, after a fresh sign-in, and never behind a back."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from idp.admin.purging import purge
from idp.kernel.clock import HOUR
from tests.support.account import CODES, REGENERATE, SECURITY, Account, words
from tests.support.databases import Databases
from tests.support.harness import Harness, migrate
from tests.support.tables import events, use_codes

VIEW = f"{CODES}/view"
Installing = Callable[..., Harness]


@pytest.fixture
def installed(databases: Databases, tmp_path: Path) -> Iterator[Installing]:
    """Products over one and the same database and keys, as before and after a restart with another setting."""
    made: list[Harness] = []
    with databases.fresh(migrate) as url:

        def install(*, viewable: bool) -> Harness:
            made.append(Harness(url, tmp_path, recovery_codes_viewable=viewable))
            made[-1].clock.advance(HOUR * len(made))
            return made[-1]

        yield install
        for each in made:
            each.close()


@pytest.mark.promise("ES14", "ES15", "ES16", "ES10")
def test_where_policy_allows_the_codes_are_shown_with_the_used_ones_as_such(installed: Installing) -> None:
    harness = installed(viewable=True)
    account = Account(harness, harness.person())
    account.open()
    account.set_up()
    codes = account.someone.codes
    assert f'href="{VIEW}"' in account.open().text
    use_codes(harness, account.someone.id, slice(2, 4))

    page = account.open(VIEW)
    assert page.status_code == 200
    assert "6 of 8 left" in words(page)
    for code in codes:
        used = code in codes[2:4]
        assert (
            f'<li class="used"><code><s>{code}</s></code> <span class="visually-hidden">(used)' in page.text
        ) is used
    current = [code for code in codes if code not in codes[2:4]]
    saved = unquote(page.text.partition('href="data:text/plain;charset=utf-8,')[2].partition('"')[0])
    assert saved.split("\r\n")[3:-1] == current
    assert f'data-copy="{chr(10).join(current)}"' in page.text
    assert events(harness, "recovery_codes.shown") == 1
    assert "Your recovery codes were shown to you again." in words(account.open("/account/activity"))

    account.open(REGENERATE)
    account.browser.submit(action=REGENERATE)
    account.browser.submit(action=CODES, saved="1")
    assert not any(code in account.open(VIEW).text for code in codes), "the old set is gone at once"


@pytest.mark.promise("ES14")
def test_a_look_needs_password_and_second_step_of_the_last_ten_minutes(installed: Installing) -> None:
    harness = installed(viewable=True)
    account = Account(harness, harness.person(totp=True))
    account.open()
    harness.clock.advance(601)
    account.browser.get(VIEW)
    assert account.at("/identify")
    account.browser.submit(username="jane", password=account.someone.password)
    assert account.at("/code")
    assert events(harness, "recovery_codes.shown") == 0
    assert account.someone.codes[0] in account.prove().text
    assert events(harness, "recovery_codes.shown") == 1


@pytest.mark.promise("ES11", "FM6")
def test_by_default_nobody_sees_them_again_and_no_copy_is_kept(installed: Installing) -> None:
    harness = installed(viewable=False)
    account = Account(harness, harness.person(totp=True))
    assert "Show recovery codes" not in words(account.open())
    for path in (VIEW, CODES):
        page = account.open(path)
        assert account.browser.at == SECURITY
        assert account.someone.codes[0] not in page.text
    assert _sealed(harness, account.someone.id) is None


def test_switching_it_off_hides_the_codes_at_once_and_wipes_the_copies(installed: Installing) -> None:
    before = installed(viewable=True)
    jane = before.person(totp=True)
    before.person("joe", totp=True)
    assert _sealed(before, jane.id)

    after = installed(viewable=False)
    account = Account(after, jane)
    account.open(VIEW)
    assert account.browser.at == SECURITY
    gone = purge(after.services.database, after.settings)
    assert gone["readable_codes"] == 2
    assert _sealed(after, jane.id) is None

    again = installed(viewable=True)
    account = Account(again, jane)
    page = account.open(VIEW)
    assert "These codes cannot be shown" in words(page)
    assert f'href="{REGENERATE}"' in page.text
    assert events(again, "recovery_codes.shown") == 0


def test_while_it_is_on_the_copies_stay(installed: Installing) -> None:
    harness = installed(viewable=True)
    jane = harness.person(totp=True)
    purge(harness.services.database, harness.settings)
    assert _sealed(harness, jane.id)


def _sealed(harness: Harness, user_id: str) -> str | None:
    with harness.services.database.read() as tx:
        found = tx.sign_in_facts.for_user(user_id).recovery
    assert found is not None
    return found.sealed_codes
