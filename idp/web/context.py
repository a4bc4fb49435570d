"""What every view is given: one bundle of collaborators per application."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app

from idp.config import Settings
from idp.factors.attestation import AttestationTrustAnchors
from idp.factors.breached import BreachedPasswords
from idp.factors.hashing import Hasher
from idp.kernel.clock import Clock
from idp.kernel.entropy import Entropy
from idp.language.geoip import GeoIp
from idp.persistence.database import Database
from idp.signing.keyring import Keyring
from idp.signing.sealing import Sealer

KEY = "countersign"


@dataclass(frozen=True)
class Services:
    """The collaborators that `app.create_app` put together."""

    settings: Settings
    clock: Clock
    entropy: Entropy
    database: Database
    keyring: Keyring
    sealer: Sealer
    hasher: Hasher
    geoip: GeoIp
    attestation_anchors: AttestationTrustAnchors
    breached: BreachedPasswords | None


def install(app: Flask, services: Services) -> None:
    """Give the application its collaborators."""
    app.extensions[KEY] = services


def services() -> Services:
    """The collaborators of the application that serves this request."""
    return cast("Services", current_app.extensions[KEY])
