"""A door to sign in at, for the races that only whole requests can show."""

import pytest

from tests.support.door import Door
from tests.support.harness import Harness


@pytest.fixture
def door(harness: Harness) -> Door:
    return Door(harness)
