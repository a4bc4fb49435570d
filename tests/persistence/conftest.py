"""A protected page to sign in for, for the races that only whole requests can show."""

import pytest

from tests.support.harness import Harness
from tests.support.login_driver import LoginDriver


@pytest.fixture
def driver(harness: Harness) -> LoginDriver:
    return LoginDriver(harness)
