"""The usual cast: one app, one person."""

import pytest

from tests.support.back_channel import BackChannelClient
from tests.support.harness import Harness, Someone


@pytest.fixture
def rp(harness: Harness) -> BackChannelClient:
    """A confidential client."""
    return BackChannelClient(harness)


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """Somebody; how she signed in is for each grant to say."""
    return harness.person("jane")
