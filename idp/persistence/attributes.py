"""Attributes of people, as administrators declare them; their values are in `users.attributes`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, String, Table, delete, select, update
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import METADATA, Store, given
from idp.persistence.json_members import MemberText, WithoutKey
from idp.persistence.users import User, users

attributes = Table(
    "attributes",
    METADATA,
    Column("name", String, primary_key=True),
    Column("title", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("choices", JSON, nullable=False),
    Column("visible", Boolean, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)


class AttributeKind(StrEnum):
    """What the values of an attribute are."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"


class AttributeExists(Exception):
    """There is an attribute of this name already."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute; `choices` are what a choice may be. `visible`: people see theirs in *My account*."""

    name: str
    title: str
    kind: str
    choices: list[str] = field(default_factory=list)
    visible: bool = False
    created_at: int = 0
    updated_at: int = 0


ALL = select(attributes).order_by(attributes.c.name)
BY_NAME = select(attributes).where(attributes.c.name == given("name"))
CHANGE = (
    update(attributes)
    .where(attributes.c.name == given("name"))
    .values(
        title=given("title"),
        choices=given("choices", attributes.c.choices),
        visible=given("visible"),
        updated_at=given("now"),
    )
)
SET_VALUES = (
    update(users)
    .where(users.c.id == given("user_id"))
    .values(attributes=given("values", users.c.attributes), updated_at=given("now"))
)
ERASE_VALUES = (
    update(users)
    .where(MemberText(users.c.attributes, given("name", users.c.id)).is_not(None))
    .values(attributes=WithoutKey(users.c.attributes, given("name", users.c.id)), updated_at=given("now"))
)
REMOVE = delete(attributes).where(attributes.c.name == given("name"))


class AttributeStore(Store):
    """Stores declarations of attributes; there are few."""

    def all(self) -> list[Attribute]:
        """List all in order of name."""
        return self._db.all(Attribute, ALL)

    def by_name(self, name: str) -> Attribute | None:
        """Return the attribute of this name."""
        return self._db.one_or_none(Attribute, BY_NAME, name=name)

    def add(self, attribute: Attribute) -> None:
        """Declare one; its times are this transaction's.

        Raises:
            AttributeExists: this transaction can only be rolled back.
        """
        try:
            self._db.insert(attributes, replace(attribute, created_at=self._now, updated_at=self._now))
        except IntegrityError as error:
            raise AttributeExists from error

    def change(self, attribute: Attribute) -> bool:
        """Store title, choices and visibility; False when there is no such attribute. Name and kind stay."""
        values = {"title": attribute.title, "choices": attribute.choices, "visible": attribute.visible}
        return self._db.change(CHANGE, name=attribute.name, now=self._now, **values) == 1

    def set_values(self, user: User, values: dict[str, Any]) -> None:
        """Store the values of a person, by name."""
        self._db.change(SET_VALUES, user_id=user.id, values=values, now=self._now)

    def erase_values(self, name: str) -> int:
        """Erase everybody's value of one attribute; return how many people had one."""
        return self._db.change(ERASE_VALUES, name=name, now=self._now)

    def remove(self, name: str) -> bool:
        """Delete a declaration; False when there is none. The caller erases the values."""
        return self._db.change(REMOVE, name=name) == 1
