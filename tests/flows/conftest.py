"""A protected page to sign in for, without any app; and a mail server that keeps what it is given."""

from collections.abc import Iterator

import pytest

from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver
from tests.support.mail_server import MailServer, mail_server


@pytest.fixture
def driver(harness: Harness) -> LoginDriver:
    return LoginDriver(harness)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running
