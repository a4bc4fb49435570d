"""`idp serve` and `idp demo` as processes: what they print, count and answer."""

import re
import subprocess
from typing import IO

import requests

from idp.services import Services
from tests.support.command import PATIENCE

DISCOVERY = "/.well-known/openid-configuration"
NEW_PASSWORD = "violet tram sleeps under nine bridges"


def read_first_line(process: subprocess.Popen[str]) -> str:
    """What it announces once it answers; log lines before that are passed over."""
    stream: IO[str] | None = process.stdout
    assert stream is not None
    return next(line for line in stream if not line.startswith("{"))


def sum_of_metric(exposition: str, metric: str, label: str) -> int:
    """The sum of a counter over all lines with this label."""
    lines = [line for line in exposition.splitlines() if line.startswith(metric) and label in line]
    return sum(int(float(line.rpartition(" ")[2])) for line in lines)


def waiting_messages(services: Services) -> dict[str, bool]:
    """The messages not delivered yet, and whether each is in somebody's hands."""
    with services.database.read() as tx:
        return {message.template: message.claimed_until is not None for message in tx.outbox.waiting()}


def open_sign_in(port: int) -> tuple[requests.Session, str, dict[str, str]]:
    """A browser on the sign-in page, where its form goes, and the form filled with a wrong password."""
    browser = requests.Session()
    browser.trust_env = False
    page = browser.get(f"http://localhost:{port}/account/security", timeout=PATIENCE)
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    return browser, page.url, hidden | {"username": "nobody", "password": "wrong"}


def read_until_demo_runs(process: subprocess.Popen[str]) -> str:
    """What it prints until everything runs."""
    stream = process.stdout
    assert stream is not None
    said = ""
    for line in stream:
        said += line
        if "IDP_CONFIG=" in line:
            break
    return said
