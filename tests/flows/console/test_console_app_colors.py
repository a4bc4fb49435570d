"""The accent colour of an app: set in the console, seen where people sign in to it."""

import re

import pytest

from idp.persistence.roles import Role
from tests.support.account import words
from tests.support.browser import Browser
from tests.support.console import console
from tests.support.harness import ISSUER, Harness
from tests.support.relying_party import RelyingParty

FORM = "/admin/apps/web/settings/general"
HREF = re.compile(r'<link rel="stylesheet" href="(/client-colors/[^"]+)">')


def test_people_see_the_colour_where_they_sign_in(harness: Harness, browser: Browser) -> None:
    app = RelyingParty(harness)
    app.send(browser)
    assert not HREF.search(browser.page.text)
    owner = console(harness, Role.APPS, path=FORM)
    owner.browser.submit(action="/general", accent_color="#1D4ED8")
    app.send(browser)
    found = HREF.search(browser.page.text)
    assert found
    sheet = browser.client.get(found[1], base_url=ISSUER)
    assert sheet.mimetype == "text/css"
    assert "--accent: #1d4ed8;" in sheet.text
    assert "prefers-color-scheme: dark" in sheet.text
    owner.open(FORM)
    owner.browser.submit(action="/general", accent_color="")
    app.send(browser)
    assert not HREF.search(browser.page.text)


@pytest.mark.parametrize(("color", "says"), [("#ffcc00", "hard to read"), ("blue", "A colour is #")])
def test_a_colour_that_cannot_be_read_is_refused(harness: Harness, color: str, says: str) -> None:
    harness.client("web")
    owner = console(harness, Role.APPS, path=FORM)
    owner.browser.submit(action="/general", accent_color=color)
    assert owner.browser.page.status_code == 400
    assert says in words(owner.browser.page)
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client
    assert client.accent_color is None


def test_no_stylesheet_of_anything_else(browser: Browser) -> None:
    for text in ("0b5c4c;}body{display:none", "0B5C4C", "red"):
        assert browser.client.get(f"/client-colors/{text}.css", base_url=ISSUER).status_code == 404
