"""Finds a Chromium to drive. As a command, prints its path: `python -m tests.support.browser_binary`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""The first is Chromium without windows: a browser test takes half of the processor time."""
HOW_TO_GET_ONE = """\
No Chromium that runs was found for the browser tests. Any one of these helps:
  - Debian, as root:             apt-get install chromium-headless-shell (or chromium)
  - without root:                .venv/bin/playwright install chromium
  - one that is elsewhere:       CHROMIUM=/path/to/chrome ./dev test"""


class BrowserNotFoundError(RuntimeError):
    """There is no usable Chromium; the message says how to get one."""


def find_browser() -> Path:
    """The first that runs: the variable CHROMIUM, the usual names on the PATH, Playwright's own download.

    Raises `BrowserNotFoundError`, with ways to get a browser.
    """
    if named := os.environ.get("CHROMIUM"):
        if _runs(named):
            return Path(named)
        message = f"CHROMIUM={named} does not run.\n{HOW_TO_GET_ONE}"
        raise BrowserNotFoundError(message)
    for name in NAMES:
        if (found := shutil.which(name)) and _runs(found):
            return Path(found)
    if (downloaded := _downloaded_by_playwright()) and _runs(downloaded):
        return Path(downloaded)
    raise BrowserNotFoundError(HOW_TO_GET_ONE)


def _runs(program: str) -> bool:
    """Whether it starts: Ubuntu installs a `chromium` that only says to use snap."""
    try:
        result = subprocess.run([program, "--version"], capture_output=True, timeout=120, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _downloaded_by_playwright() -> str | None:
    """Where Playwright would put its own; asked in another process, as only one Playwright may run in each."""
    script = (
        "from playwright.sync_api import sync_playwright\n"
        "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    path = result.stdout.strip()
    return path if path and Path(path).exists() else None


if __name__ == "__main__":
    try:
        print(find_browser())
    except BrowserNotFoundError as missing:
        sys.exit(str(missing))
