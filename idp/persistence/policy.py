"""Rules of the sign-in policy, and its versions.

A change closes the rows that it replaces (`until`) and adds new ones, so that the rules of every version can be read:

    version 1   organisation {...}                              until 2
    version 2   organisation {...}   group staff {...}
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, String, Table, and_, or_, select, update
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import METADATA, Store, given
from idp.persistence.keyset import Page, Position, read_page

policy_versions = Table(
    "policy_versions",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("token", String, unique=True, nullable=False),
    Column("actor_id", String),
    Column("reason", String, nullable=False),
    Column("created_at", BigInteger, nullable=False),
)

policy_rules = Table(
    "policy_rules",
    METADATA,
    Column("kind", String, primary_key=True),
    Column("subject", String, primary_key=True),
    Column("version", BigInteger, primary_key=True, autoincrement=False),
    Column("until", BigInteger),
    Column("terms", JSON, nullable=False),
)


class PolicyChanged(Exception):
    """Somebody else stored a version in between."""


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """One version of all rules together.

    `token` is random: what a process keeps under it never belongs to another database. `actor_id` is the administrator
    who stored it (None: the command line).
    """

    number: int
    token: str
    actor_id: str | None = None
    reason: str = ""
    created_at: int = 0


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule from `version` on, up to the version `until` (None: it is in force)."""

    kind: str
    subject: str
    version: int
    until: int | None
    terms: dict[str, Any]


NEWEST = select(policy_versions).order_by(policy_versions.c.number.desc()).limit(1)
PRESENT_TOKEN = select(policy_versions.c.token).order_by(policy_versions.c.number.desc()).limit(1)
"""The token of the present version, for other statements; no row before the first one."""
BY_NUMBER = select(policy_versions).where(policy_versions.c.number == given("number"))
IN_FORCE_AT = (
    select(policy_rules)
    .where(policy_rules.c.version <= given("number"))
    .where(or_(policy_rules.c.until.is_(None), policy_rules.c.until > given("number")))
    .order_by(policy_rules.c.kind, policy_rules.c.subject)
)
WITH_RULES = (
    select(policy_versions.c.number, policy_rules)
    .select_from(
        policy_versions.outerjoin(
            policy_rules,
            and_(
                policy_rules.c.version <= policy_versions.c.number,
                or_(policy_rules.c.until.is_(None), policy_rules.c.until > policy_versions.c.number),
            ),
        )
    )
    .where(policy_versions.c.token == given("token"))
    .order_by(policy_rules.c.kind, policy_rules.c.subject)
)
CLOSE = (
    update(policy_rules)
    .where(policy_rules.c.kind == given("kind"), policy_rules.c.subject == given("subject"))
    .where(policy_rules.c.until.is_(None))
    .values(until=given("number"))
)


class PolicyStore(Store):
    """Stores the rules of the sign-in policy."""

    def newest(self) -> PolicyVersion | None:
        """Return the present version; None before the first rule."""
        return self._db.one_or_none(PolicyVersion, NEWEST)

    def version(self, number: int) -> PolicyVersion | None:
        """Return a version."""
        return self._db.one_or_none(PolicyVersion, BY_NUMBER, number=number)

    def rules_at(self, number: int) -> list[RuleRow]:
        """List the rules of a version."""
        return self._db.all(RuleRow, IN_FORCE_AT, number=number)

    def with_rules(self, token: str) -> tuple[int, list[RuleRow]]:
        """Return the number and the rules of the version with this token, in one statement."""
        rows = self._db.rows(WITH_RULES, token=token)
        number = int(rows[0][0]) if rows else 0
        return number, [RuleRow(*row[1:]) for row in rows if row[1] is not None]

    def add(self, new: PolicyVersion, changed: Iterable[RuleRow]) -> None:
        """Store a version, whose `changed` rules replace those of the same subject (empty `terms`: by none).

        Raises:
            PolicyChanged: its number is taken; this transaction can only be rolled back.
        """
        stored = PolicyVersion(new.number, new.token, new.actor_id, new.reason, self._now)
        try:
            self._db.insert(policy_versions, stored)
        except IntegrityError as error:
            raise PolicyChanged from error
        for rule in changed:
            self._db.change(CLOSE, kind=rule.kind, subject=rule.subject, number=new.number)
            if rule.terms:
                self._db.insert(policy_rules, RuleRow(rule.kind, rule.subject, new.number, None, rule.terms))

    def history(self, position: Position, *, limit: int) -> Page[PolicyVersion]:
        """Return a page of the versions, newest first."""
        columns = (policy_versions.c.number,)
        return read_page(
            self._db, PolicyVersion, select(policy_versions), columns, position, limit=limit, descending=True
        )
