"""Somebody who must have a second step, in a real browser, in an organisation that gives a week for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.support.browser_actions import (
    claim,
    expect_signed_in,
    give_code,
    give_password,
    open_app,
    read_setup_key,
    save_codes,
)
from tests.support.databases import Databases
from tests.support.gallery import faults_of
from tests.support.harness import migrate
from tests.support.live import Live, serving

PHONE = {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark"}


@pytest.fixture
def live(databases: Databases, tmp_path: Path) -> Iterator[Live]:
    with databases.fresh(migrate) as url, serving(url, tmp_path, second_step_grace_days=7) as running:
        yield running


@pytest.mark.promise("SM4", "ES2", "ES22", "ES23")
@pytest.mark.parametrize("databases", ["sqlite"], indirect=True)
def test_put_off_at_sign_in_then_set_up_from_the_bar(new_page: Callable[..., Page], live: Live) -> None:
    page, max_ = new_page(**PHONE), live.harness.person("max", second_step_required=True)
    open_app(page, live)
    give_password(page, max_)
    expect(page.get_by_role("heading", name="Set up your second step")).to_be_visible()
    assert faults_of(page, Axe()) == []
    page.get_by_role("button", name="Later").click()
    expect_signed_in(page, live)
    assert claim(page, "acr").startswith("pwd")

    page.goto(f"{live.issuer}/account/")
    bar = page.get_by_role("region", name="Needed from you")
    expect(bar).to_contain_text("You can go on without it until")
    expect(bar.get_by_role("button")).to_have_count(0)
    assert faults_of(page, Axe()) == []
    page.get_by_role("link", name="Activity").click()
    expect(bar).to_be_visible()
    page.reload()
    expect(bar).to_be_visible()

    bar.get_by_role("link", name="Set it up now").click()
    give_password(page, max_)
    give_code(page, pyotp.TOTP(read_setup_key(page)).at(live.harness.clock.now()))
    save_codes(page)
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    expect(bar).to_have_count(0)
    page.goto(f"{live.issuer}/account/")
    expect(bar).to_have_count(0)
