"""The registry of authentication methods: one module describes each, one line of `Method` registers it. Pure.

Nothing else in Countersign lists methods: tables about them are derived from their `spec`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from idp.login.policy.methods import (
    email_code,
    passkey,
    password,
    recovery_code,
    remembered_device,
    sms,
    totp,
    whatsapp,
)
from idp.login.policy.methods.spec import Destination, MethodSpec


class Method(StrEnum):
    """Ways of proving, and the one waiver (`DEVICE`, which is never a factor); `spec` describes each.

    The order of the lasting ones is that of security, the most secure first. A passkey cannot be given to the wrong
    site; an app's code crosses no network; a phone is harder to take over than a mailbox, and a number that can be
    moved to another card harder to keep than an account bound to the phone.
    """

    spec: MethodSpec

    def __new__(cls, spec: MethodSpec | str) -> Self:
        """Make the member of this description; its value is `spec.id`.

        `Method("totp")` looks a member up, and ends up here only for type checkers.
        """
        if isinstance(spec, str):
            raise TypeError(spec)
        member = str.__new__(cls, spec.id)
        member._value_ = spec.id
        member.spec = spec
        return member

    PASSWORD = password.PASSWORD
    PASSKEY = passkey.PASSKEY
    TOTP = totp.TOTP
    WHATSAPP = whatsapp.WHATSAPP
    SMS = sms.SMS
    EMAIL = email_code.EMAIL
    RECOVERY_CODE = recovery_code.RECOVERY_CODE
    DEVICE = remembered_device.DEVICE


FIRST = frozenset(method for method in Method if method.spec.begins_sign_in)
"""Methods that identify the user, and so can begin a sign-in."""
MOST_SECURE_FIRST = tuple(method for method in Method if method.spec.lasting)
LASTING = frozenset(MOST_SECURE_FIRST)
"""Second steps that are used again and again."""
SECOND = frozenset(method for method in Method if method.spec.lasting or method.spec.recovery)
SENT = frozenset(method for method in Method if method.spec.destination)
"""Methods whose code is sent; each is named after the channel that carries it."""
SENT_TO_NUMBER = frozenset(method for method in SENT if method.spec.destination is Destination.NUMBER)
