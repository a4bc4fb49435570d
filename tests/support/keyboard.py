"""Somebody without a mouse: Tab moves the focus from one control to the next."""

import re

from playwright.sync_api import Page

MOST_TABS = 60


def tab_to(page: Page, name: str, *, number: int = 0) -> None:
    """Press Tab until a link or button with this name has the focus; `number`: that many of them are passed by."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        focused = page.locator("a:focus, button:focus, summary:focus")
        if focused.count() and re.search(name, focused.inner_text()):
            if not number:
                return
            number -= 1
    message = f"no {name!r} within {MOST_TABS} tabs of {page.url}"
    raise AssertionError(message)


def type_into(page: Page, name: str, text: str) -> None:
    """Press Tab until the field with this name has the focus, and type; the first letter chooses in a list."""
    for _ in range(MOST_TABS):
        if page.locator(f"[name={name}]:focus").count():
            page.keyboard.type(text)
            return
        page.keyboard.press("Tab")
    message = f"no field {name!r} within {MOST_TABS} tabs of {page.url}"
    raise AssertionError(message)
