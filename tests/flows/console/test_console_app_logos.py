"""Logos of apps: sent to the console, shown where people sign in."""

import base64
import io
import re
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.console import Console, console
from tests.support.harness import ISSUER, Harness
from tests.support.relying_party import RelyingParty
from tests.support.tables import count

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PATH = "/admin/apps/web/logo"
HREF = re.compile(r'class="client-logo" src="([^"]+)"')


def send(owner: Console, content: bytes) -> TestResponse:
    """Sends the form with a file."""
    return owner.browser.client.open(
        PATH,
        base_url=ISSUER,
        method="POST",
        data={"csrf": owner.token, "file": (io.BytesIO(content), "logo.png")},
        headers=owner.browser.headers | {"Origin": ISSUER},
    )


def test_people_see_the_logo_where_they_sign_in(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    owner = console(harness, Role.APPS, path=PATH)
    assert send(owner, PNG).status_code == 303
    app.send(browser)
    found = HREF.search(browser.page.text)
    assert found
    picture = browser.client.get(found[1], base_url=ISSUER)
    assert (picture.data, picture.mimetype) == (PNG, "image/png")
    assert "sandbox" in picture.headers["Content-Security-Policy"]
    assert picture.headers["X-Content-Type-Options"] == "nosniff"
    owner.post(PATH, choice="remove")
    app.send(browser)
    assert not HREF.search(browser.page.text)
    assert count(harness, "client_logos") == 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG, JPEG or WebP"),
        (b"", "no PNG, JPEG or WebP"),
        (PNG + b"x" * 65_536, "too large"),
    ],
)
def test_other_files_are_refused(harness: Harness, content: bytes, says: str) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=PATH)
    answer = send(owner, content)
    assert answer.status_code == 400
    assert says in words(answer)
    assert count(harness, "client_logos") == 0


def test_an_auditor_changes_no_logo(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, Role.AUDITOR, path=PATH)
    assert send(owner, PNG).status_code == 403
    assert count(harness, "client_logos") == 0


def test_a_logo_ends_with_its_app(harness: Harness) -> None:
    harness.client("web")
    owner = console(harness, path=PATH)
    send(owner, PNG)
    owner.browser.get("/admin/apps/web/remove")
    owner.browser.submit(action="/remove")
    assert count(harness, "client_logos") == 0


def test_the_command_sets_and_removes_it(harness: Harness, tmp_path: Path) -> None:
    harness.client("web")
    command, file = Command.of(harness.settings), tmp_path / "logo.png"
    file.write_bytes(PNG)
    command.done("clients", "logo", "web", str(file))
    assert count(harness, "client_logos") == 1
    command.done("clients", "logo", "web", "--remove")
    assert count(harness, "client_logos") == 0
    assert "There is no logo" in command.refused("clients", "logo", "web", "--remove")
    assert "Name a file" in command.refused("clients", "logo", "web", code=2)
