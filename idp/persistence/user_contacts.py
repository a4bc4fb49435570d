"""Email addresses and phone numbers of people."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Update, or_
from sqlalchemy.exc import IntegrityError

from idp.persistence.base import Store, given
from idp.persistence.lookup_keys import lookup_key
from idp.persistence.users import CHANGE as CHANGE_USER
from idp.persistence.users import NameTaken, User, users

SET_EMAIL = CHANGE_USER.values(email=given("email"), email_key=given("key"), email_verified=given("verified"))
SET_PHONE = CHANGE_USER.values(phone_number=given("number"), phone_number_verified=given("verified"))
PROVE_EMAIL = CHANGE_USER.where(users.c.email == given("address")).values(email_verified=True)
PROVE_PHONE = CHANGE_USER.where(or_(users.c.phone_number.is_(None), users.c.phone_number == given("number"))).values(
    phone_number=given("number"), phone_number_verified=True
)


class UserContactStore(Store):
    """Stores addresses and numbers."""

    def set_email(self, user: User, email: str | None, *, verified: bool) -> User:
        """Store an address, and return the person with it; the caller has raised the epoch.

        Raises:
            NameTaken: when it is another's, also in another spelling; this transaction can only be rolled back.
        """
        key = lookup_key(email) if email else None
        try:
            self._change(user, SET_EMAIL, email=email, key=key, verified=verified)
        except IntegrityError as error:
            raise NameTaken from error
        return replace(user, email=email, email_key=key, email_verified=verified)

    def set_phone(self, user: User, number: str | None, *, verified: bool) -> User:
        """Store a number in E.164 form, and return the person with it; the caller has raised the epoch."""
        self._change(user, SET_PHONE, number=number, verified=verified)
        return replace(user, phone_number=number, phone_number_verified=verified)

    def prove_email(self, user: User, address: str) -> None:
        """Mark the address as verified, if it is the person's current one."""
        self._change(user, PROVE_EMAIL, address=address)

    def prove_phone(self, user: User, number: str) -> None:
        """Store the number as verified, if the person has none or this one.

        `number` is E.164.
        """
        self._change(user, PROVE_PHONE, number=number)

    def _change(self, user: User, statement: Update, **values: str | bool | None) -> None:
        self._db.change(statement, user_id=user.id, now=self._now, **values)
