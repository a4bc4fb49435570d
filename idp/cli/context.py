"""What commands work with, each opened when it is first asked for: a listing needs no keys, a rotation no hash."""

from __future__ import annotations

from functools import cached_property

import click

from idp import config
from idp.admin import Refused
from idp.config import Settings
from idp.factors.breached import BreachedPasswords
from idp.factors.hashing import Hasher
from idp.kernel.clock import Clock, SystemClock
from idp.kernel.entropy import Entropy, SystemEntropy
from idp.persistence import schema
from idp.persistence.database import Database


class CliContext:
    """The installation that the settings describe."""

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        self.entropy: Entropy = SystemEntropy()

    @cached_property
    def settings(self) -> Settings:
        """The settings in force; raises `BadSettings`."""
        return config.load()

    @cached_property
    def database(self) -> Database:
        """The database, once it is known to have the tables this version needs; raises `Refused`."""
        if problem := schema.status(self.settings.database).problem:
            raise Refused(problem)
        database = Database(self.settings.database, self.clock)
        click.get_current_context().call_on_close(database.close)
        return database

    @cached_property
    def hasher(self) -> Hasher:
        """argon2id as configured."""
        return Hasher.from_settings(self.settings)

    @cached_property
    def breached(self) -> BreachedPasswords | None:
        """The list of breached passwords, if one is configured; raises `BadSettings`."""
        return BreachedPasswords.from_settings(self.settings.breached_passwords)


pass_cli_context = click.make_pass_decorator(CliContext, ensure=True)
