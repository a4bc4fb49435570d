"""Claims of a person that an administrator sets: profile, email address and phone number, verified or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from idp import audit
from idp.admin import Refused
from idp.admin.users import CONCURRENT_CHANGE, LONGEST_NAME, TAKEN, check_email, require_second_step
from idp.audit import Event
from idp.config import Settings
from idp.factors.sent_code import InvalidPhoneNumber, NumberProblem, parse_phone_number
from idp.kernel.text import Text
from idp.login import devices
from idp.login.policy.methods import Method
from idp.messaging import contact_messages
from idp.messaging.notices import Notice, notify
from idp.persistence.contact_changes import ContactKind
from idp.persistence.transaction import Transaction
from idp.persistence.users import NameTaken, User
from idp.recovery.profile_form import LONGEST, parse_profile_form

PREFERRED_USERNAME = "preferred_username"
PROFILE_CLAIMS = (*LONGEST, PREFERRED_USERNAME)
"""What `ClaimChanges.profile` may hold; the members of `address` are claims of their own here."""

CONTACT_CLAIMS = ("email", "email_verified", "phone_number", "phone_number_verified")
CONTACTS = frozenset({"email", "phone_number"})
"""Changes that are reported by notices of their own."""
NUMBER_ERRORS = {
    NumberProblem.NO_COUNTRY_CODE: Text("{number} is not a phone number. It must look like +49 151 12345678."),
    NumberProblem.NONEXISTENT: Text("The phone number {number} does not exist. Check it."),
    NumberProblem.PREMIUM: Text("Codes are not sent to {number}, because it costs extra. Give another number."),
}


@dataclass(frozen=True, kw_only=True)
class ClaimChanges:
    """What to change; None leaves a claim as it is, and an empty text removes it."""

    profile: Mapping[str, str] = field(default_factory=dict)
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None


class Unchanged(Refused):
    """Everything is already as it was wanted."""


def edit(tx: Transaction, user: User, wanted: ClaimChanges, settings: Settings, *, required: bool) -> None:
    """Set claims of a person, and whether they must have a second step; raises as `set_claims`."""
    changes_required = user.second_step_required != required
    if changes_required:
        require_second_step(tx, user, required=required)
    try:
        set_claims(tx, user, wanted, settings)
    except Unchanged:
        if not changes_required:
            raise


def set_claims(tx: Transaction, user: User, wanted: ClaimChanges, settings: Settings) -> list[str]:
    """Set claims of a person; returns the names of those that changed.

    Another address or number ends pending sign-ins, mailed links (those that undo earlier changes, too) and remembered
    devices, and the owner is notified at the old and the new one. It counts as verified only if `wanted` says so.

    Raises:
        Refused: naming every value that cannot be the claim; or somebody else changed address or number meanwhile.
        Unchanged: nothing would change.
    """
    email, phone = _email(user, wanted), _phone(user, wanted)
    profile = _profile(tx, user, wanted.profile)
    before, after = _contacts(user), (*email, *phone)
    changed = [name for name, old, new in zip(CONTACT_CLAIMS, before, after, strict=True) if new != old]
    changed += [name for name in {**user.profile, **profile} if user.profile.get(name) != profile.get(name)]
    if not changed:
        raise Unchanged(Text("Nothing would change for {username}.", username=user.username))
    if before != after:
        _set_contacts(tx, user, email, phone, settings)
    if profile != user.profile:
        tx.users.set_profile(user, profile)
    audit.record(tx, Event.USER_CHANGED, user_id=user.id, claims=sorted(changed))
    if not CONTACTS.intersection(changed):
        notify(tx, user, Notice.PROFILE_CHANGED_BY_ADMINISTRATOR)
    return sorted(changed)


def _email(user: User, wanted: ClaimChanges) -> tuple[str | None, bool]:
    """Return the address as it will be, and whether it is verified."""
    address = user.email if wanted.email is None else wanted.email or None
    same = address == user.email
    if address and not same:
        check_email(address)
    verified = user.email_verified and same if wanted.email_verified is None else wanted.email_verified
    if verified and not address:
        raise Refused(Text("There is no email address that could be verified. Give one, too."), field="email")
    return address, verified


def _phone(user: User, wanted: ClaimChanges) -> tuple[str | None, bool]:
    """Return the number as it will be, and whether it is verified."""
    number = user.phone_number if wanted.phone_number is None else wanted.phone_number or None
    if wanted.phone_number:
        try:
            number = parse_phone_number(wanted.phone_number)
        except InvalidPhoneNumber as error:
            message = NUMBER_ERRORS[error.problem].with_values(number=repr(wanted.phone_number))
            raise Refused(message, field="phone_number") from None
    same = number == user.phone_number
    given = wanted.phone_number_verified
    verified = user.phone_number_verified and same if given is None else given
    if verified and not number:
        raise Refused(Text("There is no phone number that could be verified. Give one, too."), field="phone_number")
    return number, verified


def _profile(tx: Transaction, user: User, wanted: Mapping[str, str]) -> dict[str, object]:
    """Return the profile as it will be, by the rules of the form in *My account*."""
    today = dt.datetime.fromtimestamp(tx.now, dt.UTC).date()
    typed = {name: value for name, value in wanted.items() if name != PREFERRED_USERNAME}
    form = parse_profile_form(MultiDict(typed), user.profile, today=today)
    profile, problems = dict(form.profile), dict(form.errors)
    if PREFERRED_USERNAME in wanted:
        preferred = wanted[PREFERRED_USERNAME].strip()
        if len(preferred) > LONGEST_NAME or not preferred.isprintable():
            problems[PREFERRED_USERNAME] = Text("Use at most {most} printable characters.", most=LONGEST_NAME)
        profile[PREFERRED_USERNAME] = preferred
    if problems:
        lines = (f"{name.replace('_', ' ')}: {sentence}" for name, sentence in problems.items())
        raise Refused("\n".join(lines), fields=problems)
    return {name: value for name, value in profile.items() if value or name != PREFERRED_USERNAME}


def _contacts(user: User) -> tuple[str | None, bool, str | None, bool]:
    """Return address and number, and whether each is verified."""
    return user.email, user.email_verified, user.phone_number, user.phone_number_verified


def _set_contacts(
    tx: Transaction, user: User, email: tuple[str | None, bool], phone: tuple[str | None, bool], settings: Settings
) -> None:
    old_email, old_number = user.email, user.phone_number
    moved = {ContactKind.EMAIL: email[0] != old_email, ContactKind.PHONE: phone[0] != old_number}
    locked = tx.users.lock([user.id]).get(user.id)
    if locked is None or (locked.epoch, _contacts(locked)) != (user.epoch, _contacts(user)):
        raise Refused(CONCURRENT_CHANGE)
    forgot = False
    if any(moved.values()):
        tx.users.raise_epoch(user)
        forgot = devices.forget_devices(tx, user.id)
        # Links went to the old mailbox, also those of numbers. It may be a thief's.
        ended = [*ContactKind] if moved[ContactKind.EMAIL] else [ContactKind.PHONE]
        tx.contact_changes.end_undo(user.id, ended)
    try:
        user = tx.user_contacts.set_email(user, email[0], verified=email[1])
    except NameTaken:
        raise Refused(TAKEN, field="email") from None
    user = tx.user_contacts.set_phone(user, phone[0], verified=phone[1])
    if moved[ContactKind.EMAIL]:
        for address in filter(None, (old_email, email[0])):
            notify(tx, user, Notice.EMAIL_CHANGED_BY_ADMINISTRATOR, to=address, forgot_devices=forgot)
    if moved[ContactKind.PHONE]:
        notify(tx, user, Notice.PHONE_CHANGED_BY_ADMINISTRATOR, forgot_devices=forgot)
        if old_number and Method.SMS in settings.channels:
            contact_messages.enqueue_number_changed(tx, user, to=old_number)
