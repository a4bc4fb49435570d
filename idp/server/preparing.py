"""What must be there before anything runs: folders and tables."""

from __future__ import annotations

from pathlib import Path

from idp.config import Settings
from idp.persistence import schema
from idp.persistence.schema import State
from idp.server import CannotServe


def migrate(settings: Settings) -> State:
    """Bring the database to this version's revision, making it if need be; returns what it was before.

    Raises:
        CannotServe: when it cannot be reached, or a newer version made it.
    """
    make_data_dir(settings)
    status = schema.status(settings.database)
    if status.state in {State.UNREACHABLE, State.AHEAD}:
        raise CannotServe(status.problem)
    schema.upgrade(settings.database)
    return status.state


def make_data_dir(settings: Settings) -> None:
    """Make the data directory, for its owner alone; raises `CannotServe`."""
    _make(settings.data_dir, "IDP_DATA_DIR")


def close_keys_dir(settings: Settings) -> None:
    """Make the keys directory its owner's alone, as a checkout with a generous umask is not; raises `CannotServe`."""
    _make(settings.keys_dir, "IDP_KEYS_DIR").chmod(0o700)


def _make(path: Path, setting: str) -> Path:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotServe(f"{setting}: {path} cannot be made: {error.strerror}.") from None
    return path
