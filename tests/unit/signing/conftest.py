import shutil
from pathlib import Path

import pytest

from idp.signing.keyring import Keyring
from tests.support.clock import FrozenClock
from tests.support.jws import NOW


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture(scope="session")
def first_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A keys directory as the first start leaves it. RSA keys are slow to make, so tests work on copies of it."""
    path = tmp_path_factory.mktemp("first") / "keys"
    Keyring.open(path, clock=FrozenClock(NOW))
    return path


@pytest.fixture
def keys_path(first_keys: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first_keys, tmp_path / "keys"))


@pytest.fixture
def keyring(keys_path: Path, clock: FrozenClock) -> Keyring:
    return Keyring.open(keys_path, clock=clock)
