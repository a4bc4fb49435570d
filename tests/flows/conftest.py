"""A door to sign in at, without any app or page behind it."""

import pytest

from tests.support.door import Door
from tests.support.harness import Harness


@pytest.fixture
def door(harness: Harness) -> Door:
    return Door(harness)
