"""Creation of directories and tables before anything runs."""

from __future__ import annotations

from pathlib import Path

from idp.config import Settings
from idp.persistence import schema
from idp.persistence.schema import State
from idp.server import CannotServe


def migrate(settings: Settings) -> State:
    """Create or upgrade the database; return its state before.

    Raises:
        CannotServe: when it is unreachable or of a newer version.
    """
    make_data_dir(settings)
    status = schema.status(settings.database)
    if status.state in {State.UNREACHABLE, State.AHEAD}:
        raise CannotServe(status.problem)
    schema.upgrade(settings.database)
    return status.state


def make_data_dir(settings: Settings) -> None:
    """Create the data directory with mode 0700; raises `CannotServe`."""
    _make(settings.data_dir, "IDP_DATA_DIR")


def close_keys_dir(settings: Settings) -> None:
    """Create the keys directory, or set its mode to 0700 if the umask was wider; raises `CannotServe`."""
    _make(settings.keys_dir, "IDP_KEYS_DIR").chmod(0o700)


def _make(path: Path, setting: str) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotServe(f"{setting}: {path} cannot be made: {error.strerror}.") from None
    return path
