"""Who is late for setting up a second step, as a condition of statements."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, text, true

from idp.persistence.groups import group_members
from idp.persistence.users import ACTIVE, WITHOUT_FACTOR, users

OFF = text(WITHOUT_FACTOR)
"""In the words of the indexes, which a database cannot recognise behind a parameter."""


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """Whom a rule is about: everybody, or the members of these groups and these people (their ids)."""

    everybody: bool = False
    group_ids: frozenset[str] = frozenset()
    user_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Late:
    """Who is late at `now`: must have a second step, has none, and their time is over.

    `required` must have one, as must those whose column says so; `at_once` get no time for it. Whoever has a second
    step is not late, even if its kind does not count any more.
    """

    required: Subjects
    at_once: Subjects
    now: int


def is_late(late: Late) -> ColumnElement[bool]:
    """Return the condition for a row of `users`."""
    required = _any_of(late.required, users.c.second_step_required)
    over = _any_of(late.at_once, users.c.second_step_due_at <= late.now)
    return and_(OFF, users.c.status == ACTIVE, required, over)


def _any_of(subjects: Subjects, own: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the condition that a person is one of the subjects, or that their own row says so."""
    if subjects.everybody:
        return true()
    found = [own]
    if subjects.user_ids:
        found.append(users.c.id.in_(sorted(subjects.user_ids)))
    if subjects.group_ids:
        is_member = group_members.c.user_id == users.c.id
        found.append(exists().where(is_member, group_members.c.group_id.in_(sorted(subjects.group_ids))))
    return or_(*found)
