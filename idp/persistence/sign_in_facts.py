"""What the sign-ins of a person depend on besides their row, read by the statement that finds the person.

    select(sessions, users) --with_facts--> a row for each factor --split_facts--> session and user, SignInFacts

The facts are the last columns. A person without a factor has one row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, select

from idp.persistence.base import Store, given
from idp.persistence.factors import Factor, factors
from idp.persistence.groups import IDS_OF_PERSON, SEPARATOR
from idp.persistence.policy import PRESENT_TOKEN
from idp.persistence.recovery_codes import UNUSED, RecoverySet, recovery_sets
from idp.persistence.users import users


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """A person's factors, oldest first, their recovery codes and the number of unused ones, and their groups.

    Without a factor there are no codes. `policy_token` is the present version of the policy; None: it has no rule yet.
    """

    factors: list[Factor] = field(default_factory=list)
    recovery: RecoverySet | None = None
    codes_left: int = 0
    policy_token: str | None = None
    group_ids: frozenset[str] = frozenset()


_OF_PERSON = (PRESENT_TOKEN.scalar_subquery(), IDS_OF_PERSON.scalar_subquery(), UNUSED.scalar_subquery())
_WIDTH = len(factors.c)
_ALL = (*_OF_PERSON, *factors.c, *recovery_sets.c)


def with_facts(query: Select[Any]) -> Select[Any]:
    """Add the facts to a SELECT of one row with `users` in it."""
    return (
        query.add_columns(*_ALL)
        .outerjoin(factors, factors.c.user_id == users.c.id)
        .outerjoin(recovery_sets, recovery_sets.c.user_id == users.c.id)
        .order_by(factors.c.created_at, factors.c.id)
    )


def split_facts(rows: Sequence[Sequence[Any]]) -> tuple[Sequence[Any] | None, SignInFacts]:
    """Return the row without the facts, and the facts; of no row, None and those of nobody."""
    if not rows:
        return None, SignInFacts()
    return rows[0][: -len(_ALL)], _facts_of([row[-len(_ALL) :] for row in rows])


def _facts_of(each: Sequence[Sequence[Any]]) -> SignInFacts:
    token, group_ids, unused, *_ = each[0]
    groups = frozenset(group_ids.split(SEPARATOR)) if group_ids else frozenset[str]()
    start = len(_OF_PERSON)
    found = [Factor(*row[start : start + _WIDTH]) for row in each if row[start] is not None]
    if not found:
        return SignInFacts(policy_token=token, group_ids=groups)
    recovery = each[0][start + _WIDTH :]
    codes = RecoverySet(*recovery) if recovery[0] else None
    return SignInFacts(found, codes, unused, policy_token=token, group_ids=groups)


FOR_USER = with_facts(select().select_from(users).where(users.c.id == given("user_id")))


class SignInFactStore(Store):
    """Reads the facts of people who are known already."""

    def for_user(self, user_id: str) -> SignInFacts:
        """Return what the sign-ins of a person depend on, in one statement."""
        return split_facts(self._db.rows(FOR_USER, user_id=user_id))[1]
