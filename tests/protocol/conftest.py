"""The usual cast: one app, one person."""

import pytest

from tests.support.harness import Harness, Someone
from tests.support.relying_party import RelyingParty


@pytest.fixture
def rp(harness: Harness) -> RelyingParty:
    """A confidential client."""
    return RelyingParty(harness)


@pytest.fixture
def jane(harness: Harness) -> Someone:
    """Somebody; how she signed in is for each grant to say."""
    return harness.person("jane")
