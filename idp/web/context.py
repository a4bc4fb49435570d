"""What every view is given: one bundle of collaborators per application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from idp.config import Settings
from idp.factors.attestation import Makers
from idp.factors.breached import BreachedPasswords
from idp.factors.hashing import Hasher
from idp.kernel.clock import Clock
from idp.kernel.entropy import Entropy
from idp.language.geoip import Places
from idp.persistence.database import Database
from idp.signing.keyring import Keyring
from idp.signing.sealing import Sealer

KEY = "countersign"


@dataclass(frozen=True)
class Core:
    """The collaborators that `app.create_app` put together."""

    settings: Settings
    clock: Clock
    entropy: Entropy
    database: Database
    keyring: Keyring
    sealer: Sealer
    hasher: Hasher
    places: Places
    makers: Makers
    breached: BreachedPasswords | None


def install(app: Flask, core: Core) -> None:
    """Give the application its collaborators."""
    app.extensions[KEY] = core


def core() -> Core:
    """The collaborators of the application that serves this request."""
    return cast("Core", current_app.extensions[KEY])
