"""The operator's list of breached passwords: asked wherever a password is set, and never a reason to fall over."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.account import PASSWORD, SECURITY, Account, words
from tests.support.breached import write_list
from tests.support.browser import Browser
from tests.support.command import Command, free_port
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness
from tests.support.login_driver import LoginDriver
from tests.support.mailed import reset_links

KNOWN = "violet tram sleeps under nine bridges"
OTHER = "amber boat wakes over seven meadows"


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    return write_list(tmp_path / "breached.txt", [KNOWN], fillers=300)


@pytest.fixture
def harness(databases: Databases, tmp_path: Path, listed: Path) -> Iterator[Harness]:
    with fresh_harness(databases, tmp_path, breached_passwords=str(listed)) as made:
        yield made


def test_it_is_refused_on_change_reset_and_by_command(harness: Harness, driver: LoginDriver, browser: Browser) -> None:
    jane = harness.person()
    account = Account(harness, jane)
    account.open(PASSWORD)
    page = account.browser.submit(action=PASSWORD, password=KNOWN)
    assert page.status_code == 400
    assert "in a list of stolen ones" in words(page)

    command = Command.of(harness.settings)
    for arguments in (("set-password", "jane"), ("add", "joe")):
        assert "stolen" in command.refused("users", *arguments, "--password-stdin", stdin=f"{KNOWN}\n")

    driver.authorize(browser)
    browser.get(browser.at.replace("/identify", "/forgot"))
    browser.submit(username="jane")
    browser.get(reset_links(harness)[0])
    assert "in a list of stolen ones" in words(browser.submit(password=KNOWN))
    browser.submit(password=OTHER)
    assert browser.at.startswith("/recover/done")


def test_a_list_that_breaks_refuses_nobody(harness: Harness, listed: Path, caplog: pytest.LogCaptureFixture) -> None:
    account = Account(harness, harness.person())
    account.open(PASSWORD)
    os.truncate(listed, 0)
    account.browser.submit(action=PASSWORD, password=KNOWN)
    assert account.browser.at == f"{SECURITY}?done=password"
    assert "a new password was not looked up" in caplog.text
    assert KNOWN not in caplog.text


def test_a_list_that_cannot_serve_stops_the_start_and_the_doctor_names_it(harness: Harness, listed: Path) -> None:
    command = Command.of(harness.settings)
    assert f"ok    passwords  new ones are looked up in {listed}" in command.run("doctor").stdout
    listed.write_text("not sorted\nnot hashes\n", encoding="ascii")
    refused = command.refused("serve", "--port", str(free_port()))
    assert f"IDP_BREACHED_PASSWORDS: {listed} holds no SHA-1 hash" in refused
    assert "ordered by hash" in refused
    assert "IDP_BREACHED_PASSWORDS" in command.refused("users", "add", "joe", "--password-stdin", stdin=f"{OTHER}\n")
    found = command.run("doctor")
    assert found.exit_code == 1
    assert "FAIL  passwords  IDP_BREACHED_PASSWORDS" in found.stdout
    assert "Take the SHA-1 list that is ordered by hash" in found.stdout
