"""Keys made once per test process and copied: drawing an RSA key costs more than most tests."""

import functools
import shutil
import tempfile
from pathlib import Path

from idp.kernel.entropy import SystemEntropy
from idp.signing.keyring import Keyring
from idp.signing.sealing import Sealer
from tests.support.clock import FrozenClock


def fresh_keys(directory: Path) -> Path:
    """Puts a complete set of keys into `directory`, unless there is one already."""
    if not directory.exists():
        shutil.copytree(_made_once(), directory)
    return directory


@functools.cache
def _made_once() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="idp-keys-"))
    clock = FrozenClock()
    Keyring.open(directory, clock=clock)
    Sealer.open(directory, SystemEntropy(), now=clock.now())
    return directory
