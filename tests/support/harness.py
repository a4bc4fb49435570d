"""The product as one test sees it: the real application over a real database, with a clock the test moves.

People and apps are made with keyword traits; whatever a trait leaves open gets a sensible value.
"""

import contextlib
import dataclasses
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyotp
from flask import Flask
from sqlalchemy.pool import QueuePool

from idp.app import assemble, create_app
from idp.config import Settings
from idp.factors import recovery_codes
from idp.factors.totp import PERIOD
from idp.kernel.entropy import SystemEntropy
from idp.kernel.handles import digest
from idp.persistence import schema
from idp.persistence.clients import Client
from idp.persistence.factors import Factor
from idp.persistence.users import User
from tests.support.clock import FrozenClock
from tests.support.databases import Databases
from tests.support.keys import fresh_keys
from tests.support.templates import SHARED_TEMPLATES

ISSUER = "https://id.example.test"
PASSWORD = "correct horse battery staple"
REDIRECT_URI = "https://app.example.test/callback"
LAST_REQUESTS = 5
"""Seconds."""
CHEAP_HASH = {"hash_memory_kib": 7168, "hash_time_cost": 1}


def migrate(url: str) -> None:
    """Prepares a template database; see `tests.support.databases`."""
    schema.upgrade(url)


@dataclasses.dataclass(frozen=True)
class Someone:
    """A person, and what only they know."""

    id: str
    username: str
    password: str
    seed: str | None
    codes: tuple[str, ...]

    def code(self, clock: FrozenClock, *, step: int = 0) -> str:
        """What their app shows, `step` time steps from now."""
        assert self.seed is not None
        return pyotp.TOTP(self.seed).at(clock.now() + step * PERIOD)


@dataclasses.dataclass(frozen=True)
class App:
    """A registered client, and its secret."""

    client_id: str
    secret: str
    redirect_uri: str = REDIRECT_URI


class Harness:
    """One running product. `app` is the WSGI application, `core` its collaborators."""

    def __init__(self, database_url: str, directory: Path, **settings: Any) -> None:
        values: dict[str, Any] = {
            "issuer": ISSUER,
            "database_url": database_url,
            "data_dir": directory / "data",
            "keys_dir": fresh_keys(directory / "keys"),
            "smtp_url": "smtp://localhost:1",
            "worker_threads": 64,
            "hash_queue": 60,  # crowds of tests are not to be asked to come back
            **CHEAP_HASH,
        }
        self.clock = FrozenClock()
        self.settings = Settings.model_validate(values | settings)
        self.services = assemble(self.settings, clock=self.clock)
        self.app: Flask = create_app(self.services)
        self.app.jinja_env.bytecode_cache = SHARED_TEMPLATES

    def close(self) -> None:
        """Let go of the database, once requests still under way have given their connections back."""
        pool, deadline = self.services.database.engine.pool, time.monotonic() + LAST_REQUESTS
        while isinstance(pool, QueuePool) and pool.checkedout() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.services.database.close()
        self.services.geoip.close()

    def person(self, username: str = "jane", *, totp: bool = False, **traits: Any) -> Someone:
        """Adds somebody; with `totp` they have an authenticator app and eight saved recovery codes."""
        password = traits.pop("password", PASSWORD)
        values: dict[str, Any] = {
            "email": f"{username}@example.test",
            "password_hash": self.services.hasher.hash(password),
            "profile": {"name": username.title()},
        }
        user = User(id=SystemEntropy().token(16), username=username, **(values | traits))
        seed = pyotp.random_base32() if totp else None
        fresh = recovery_codes.generate_set(self.services.entropy, self.services.hasher) if totp else None
        with self.services.database.write() as tx:
            tx.users.add(user)
            if seed and fresh:
                sealer, factor_id = self.services.sealer, f"totp-{user.id}"
                sealed = sealer.seal(seed.encode(), row=factor_id)
                tx.factors.add(Factor(factor_id, "totp", "Authenticator app", user.id, sealed_secret=sealed))
                row = recovery_codes.to_row(fresh, user_id=user.id, set_id=f"set-{user.id}", sealer=sealer)
                tx.recovery.replace(row, list(fresh.digests))
                tx.recovery.acknowledge(user.id, keep=self.settings.recovery_codes_viewable)
        return Someone(user.id, username, password, seed, fresh.codes if fresh else ())

    def client(self, client_id: str = "web", **traits: Any) -> App:
        """Registers an app; first-party, confidential, allowed everything, unless traits say otherwise."""
        secret = SystemEntropy().token()
        values: dict[str, Any] = {
            "client_name": client_id.title(),
            "token_endpoint_auth_method": "client_secret_basic",
            "secret_digest": digest(secret),
            "redirect_uris": [REDIRECT_URI],
            "post_logout_redirect_uris": ["https://app.example.test/bye"],
            "web_origins": [],
            "grant_types": ["authorization_code", "refresh_token", "client_credentials"],
            "response_types": ["code"],
            "scopes": ["openid", "profile", "email", "phone", "address", "offline_access"],
            "first_party": True,
        }
        with self.services.database.write() as tx:
            tx.clients.add(Client(client_id=client_id, **(values | traits)))
        uris = traits.get("redirect_uris", [REDIRECT_URI])
        return App(client_id, secret, uris[0] if uris else "")


@contextlib.contextmanager
def fresh_harness(databases: Databases, directory: Path, **settings: Any) -> Iterator[Harness]:
    """The product over a database of its own, both until the block ends."""
    with databases.fresh(migrate) as url, contextlib.closing(Harness(url, directory, **settings)) as made:
        yield made
