"""Resources of commands, each opened on first use: a listing needs no keys, a rotation no hasher."""

from __future__ import annotations

from functools import cached_property

import click

from idp import config
from idp.admin import Refused
from idp.config import Settings
from idp.factors.breached_passwords import BreachedPasswords
from idp.factors.hashing import Hasher
from idp.kernel.clock import Clock, SystemClock
from idp.kernel.entropy import Entropy, SystemEntropy
from idp.persistence import schema
from idp.persistence.database import Database
from idp.signing.sealing import Sealer


class CliContext:
    """The configured installation."""

    def __init__(self) -> None:
        self.clock: Clock = SystemClock()
        self.entropy: Entropy = SystemEntropy()

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; raises `BadSettings`."""
        return config.load()

    @cached_property
    def database(self) -> Database:
        """Return the database; raises `Refused` unless its schema is current."""
        if problem := schema.status(self.settings.database).problem:
            raise Refused(problem)
        database = Database(self.settings.database, self.clock)
        click.get_current_context().call_on_close(database.close)
        return database

    @cached_property
    def hasher(self) -> Hasher:
        """Return the configured hasher."""
        return Hasher.from_settings(self.settings)

    @cached_property
    def sealer(self) -> Sealer:
        """Return the sealer of links in mails, and of secrets that sign; raises `KeyFileError`."""
        return Sealer.open(self.settings.keys_dir, self.entropy, now=self.clock.now())

    @cached_property
    def breached(self) -> BreachedPasswords | None:
        """Return the list of breached passwords, if configured; raises `BadSettings`."""
        return BreachedPasswords.from_settings(self.settings.breached_passwords)


pass_cli_context = click.make_pass_decorator(CliContext, ensure=True)
