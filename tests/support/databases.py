"""Fresh databases for tests, of both kinds the product runs on.

A test gets a database to itself. One that needs tables asks for a copy of a template, which is prepared once per test
process and costs far less to copy than to migrate anew:

    with databases.fresh(prepare=migrate) as url: ...
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from tests.support.postgres import PostgresServer
from tests.support.renewal import Contents

Prepare = Callable[[str], None]
"""Fills the template at the given SQLAlchemy URL, and closes every connection it opened."""


class Databases(Protocol):
    """Where the databases of one kind come from."""

    def fresh(self, prepare: Prepare | None = None) -> AbstractContextManager[str]:
        """The SQLAlchemy URL of a new database, which is removed at the end.

        It is empty, or a copy of the template `prepare` makes; `prepare` is called the first time it is seen only.
        """


class SqliteDatabases:
    """One file per database."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._numbers = count(1)
        self._templates: dict[Prepare, Path] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare | None = None) -> Iterator[str]:
        """See `Databases.fresh`."""
        path = self._new_path()
        if prepare is not None:
            shutil.copyfile(self._template(prepare), path)
        try:
            yield f"sqlite:///{path}"
        finally:
            for left in path.parent.glob(f"{path.name}*"):  # with its write-ahead log and shared memory
                left.unlink(missing_ok=True)

    def _template(self, prepare: Prepare) -> Path:
        if prepare not in self._templates:
            path = self._new_path()
            prepare(f"sqlite:///{path}")
            self._templates[prepare] = path
        return self._templates[prepare]

    def _new_path(self) -> Path:
        return self._directory / f"{next(self._numbers)}.sqlite3"


class PostgresDatabases:
    """Databases on one server; templates are PostgreSQL's own.

    Copying one costs a fifth of a second, and emptying a used copy a tenth of that: a copy in which a test changed no
    more than rows serves the next test too.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._templates: dict[Prepare, _Template] = {}

    @contextlib.contextmanager
    def fresh(self, prepare: Prepare | None = None) -> Iterator[str]:
        """See `Databases.fresh`."""
        template = self._template(prepare) if prepare else None
        if template and template.spare:
            name = template.spare.pop()
        else:
            name = self._server.create_database(template.name if template else "template0")
        try:
            yield self._server.url(name)
        finally:
            # Under a new name, so that whoever still knows the old one cannot write into the next test.
            if template and (renamed := self._server.renew_database(name, template.contents)):
                template.spare.append(renamed)
            else:
                self._server.drop_database(name)

    def _template(self, prepare: Prepare) -> _Template:
        if prepare not in self._templates:
            name = self._server.create_database()
            prepare(self._server.url(name))
            self._templates[prepare] = _Template(name, self._server.contents(name))
        return self._templates[prepare]


@dataclass
class _Template:
    """A prepared database, what is in it, and used copies of it that are as good as new."""

    name: str
    contents: Contents
    spare: list[str] = field(default_factory=list)
