"""What describes a method of authentication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from idp.config import Settings
from idp.kernel.text import Text
from idp.messaging.notices import Notice
from idp.persistence.users import User


class Kind(StrEnum):
    """The kinds of authentication factor (NIST SP 800-63B) that a method can be by itself."""

    KNOW = "know"
    HAVE = "have"


class Destination(StrEnum):
    """What a code is sent to."""

    MAILBOX = "mailbox"
    NUMBER = "number"


@dataclass(frozen=True)
class MethodContext:
    """What decides whether a method can be used; a rule about networks would read a field added here.

    `user` is None where the question is whether anybody can use it.
    """

    settings: Settings
    user: User | None = None


def always(_: MethodContext) -> bool:
    """Whether a method that needs nothing of the installation or the user can be used: it can."""
    return True


@dataclass(frozen=True)
class Enrolment:
    """An entry for the method on the page that sets up an authenticator app, at sign-in.

    `page` is the last part of the path of the page it links to. `account_hint`: what the security page of the account
    says while it is off. `possible`: whether this user can set it up.
    """

    hint: Text
    page: str
    account_hint: Text | None = None
    possible: Callable[[MethodContext], bool] = always


@dataclass(frozen=True)
class ChangeNotices:
    """The security notices that the owner of an account gets when a factor of this method changes."""

    added: Notice
    replaced: Notice
    removed: Notice


@dataclass(frozen=True)
class History:
    """Sentences of the account's history; None: the general one for the event will do.

    `second_step`: a proof was accepted as the second step. `sent`: a code was sent.
    """

    added: Text | None = None
    replaced: Text | None = None
    removed: Text | None = None
    second_step: Text | None = None
    sent: Text | None = None


@dataclass(frozen=True)
class MethodSpec:
    """One method of authentication: everything that is the same for all its users.

    `id` is stored in proofs and factors, and never changes. `kind` is None where it is no factor at all. `amr`: its
    values of RFC 8176. `begins_sign_in`: it can be the first proof, because it identifies the user. `lasting`: a second
    step that is enrolled and used again and again; such a method needs `change_notices`. `recovery`: used in place of a
    lasting one. `phishing_resistant`: bound to our origin, so two factors with it reach `phr`. `destination`: what its
    codes are sent to, by the channel of the name `id`; None where nothing is sent.

    `usable`: whether the installation can use it now. `name` is its heading where it is enrolled and removed,
    `title` its entry in the selector of second steps, `symbol` the icon (`templates/_icons.html`), `page` the last part
    of the path of the page that asks for it.
    """

    id: str
    kind: Kind | None
    amr: frozenset[str]
    begins_sign_in: bool = False
    lasting: bool = False
    recovery: bool = False
    phishing_resistant: bool = False
    destination: Destination | None = None
    usable: Callable[[MethodContext], bool] = always
    name: str = ""
    title: str = ""
    symbol: str = "phone"
    page: str = ""
    enrolment: Enrolment | None = None
    change_notices: ChangeNotices | None = None
    history: History = History()
