"""People who come from another product, with their passwords and authenticator apps.

    file  ──files, keycloak──▶  Entry         what one person's entry says, and where it is in the file
    Entry ──parse_person──▶     NewPerson     or every problem of the entry
          ──check_entries──▶    Report        the whole file is read; nothing is stored
          ──store_people──▶     how many      in batches, each one transaction

A file with a problem is not imported in part. Whoever is here already is left as they are, so an import that was
interrupted is run again. Nobody is mailed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from idp.persistence.users import User


@dataclass(frozen=True)
class Entry:
    """The entry of one person: fields of `person.FIELDS`, as the file has them.

    `place` is where it is, such as "line 3". `left_out`: what cannot be moved, such as "passkey".
    """

    place: str
    values: Mapping[str, object]
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class NewPerson:
    """Somebody who is not stored yet; `totp_seed` is base32, `groups` are names."""

    place: str
    user: User
    totp_seed: str | None
    groups: tuple[str, ...]


class UnreadableFile(Exception):
    """The file, or a line of it, is not what it should be; the text says what is wrong."""
