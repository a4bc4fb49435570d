"""Streamlit, whose pages are scripts, with the settings that the product prints for it."""

from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from tests.clients import installs, recipes
from tests.support.browser_actions import read_setup_key, save_codes
from tests.support.harness import PASSWORD
from tests.support.product import running

APP = """
import streamlit as st

if st.user.is_logged_in:
    st.write(f"{st.user.name}, {st.user.email}")
    st.button("Sign out", on_click=st.logout)
else:
    st.button("Sign in", on_click=st.login)
"""
OPTIONS = ("--server.headless=true", "--server.fileWatcherType=none", "--browser.gatherUsageStats=false")


def test_a_person_signs_in_and_out_with_the_printed_settings(page: Page, tmp_path: Path) -> None:
    python = installs.python_with("streamlit")
    port, base = recipes.new_base()
    app, secrets = tmp_path / "app.py", tmp_path / "secrets.toml"
    app.write_text(APP)
    with running(tmp_path / "product") as product:
        secrets.write_text(recipes.paste(product, "streamlit", "streamlit", base).replace("...", 32 * "s"))
        recipes.new_person(product, "analyst")
        places = (f"--secrets.files={secrets}", "--server.address=localhost", f"--server.port={port}")
        with recipes.running([python, "-m", "streamlit", "run", app, *places, *OPTIONS], port, tmp_path / "log"):
            page.goto(base)
            page.get_by_role("button", name="Sign in").click()
            page.fill("input[name=username]", "analyst")
            page.fill("input[name=password]", PASSWORD)
            page.click("#submit")
            page.fill("input[name=code]", pyotp.TOTP(read_setup_key(page)).now())
            page.click("#submit")
            save_codes(page)
            page.click("button[value=approve]")
            expect(page.get_by_text("Analyst, analyst@example.test")).to_be_visible()

            page.get_by_role("button", name="Sign out").click()
            expect(page.get_by_role("button", name="Sign in")).to_be_visible()
            page.wait_for_url(f"{base}/")
            assert "signed out" in product.command.done("audit", "--event", "session.ended")
        assert product.command.run("audit", "--client", "streamlit", "--outcome", "failure").stdout == ""
