"""Whom the client means: exactly one hint (OpenID CIBA Core 1.0 section 7.1).

A `login_hint` that names nobody gets the same answer as one that names somebody, or whoever stands in front of the
client could learn who has an account. An `id_token_hint` reveals nothing: the client knew the person.
"""

from __future__ import annotations

from dataclasses import dataclass

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.protocol import client_access
from idp.protocol.frontchannel_parameters import Query
from idp.protocol.id_token_hint import Hint, read_hint
from idp.protocol.subjects import subject_of
from idp.signing.jws import InvalidToken

LOGIN_HINT, LOGIN_HINT_TOKEN, ID_TOKEN_HINT = "login_hint", "login_hint_token", "id_token_hint"
ONE = "send exactly one of login_hint and id_token_hint"
NO_TOKENS = "login_hint_token is not supported: send login_hint or id_token_hint"
NOT_OURS = "id_token_hint is not an ID token that this issuer gave to this client"


class UnknownUserId(OAuth2Error):
    """The person of the ID token cannot be asked any more (section 13)."""

    error = "unknown_user_id"
    description = "the person of this ID token cannot be asked: sign in anew, or send a login_hint"


@dataclass(frozen=True)
class Named:
    """Who is meant by a hint: nobody without `user`."""

    hint: str
    user: User | None


def find_person(tx: Transaction, client: Client, query: Query) -> Named:
    """Return whom a request means: one statement, and those of a client that not everybody may use.

    Raises:
        InvalidRequestError: there is not exactly one hint, or it is not one of ours.
        UnknownUserId: nobody is behind the ID token any more.
    """
    given = [name for name in (LOGIN_HINT, LOGIN_HINT_TOKEN, ID_TOKEN_HINT) if query.get(name)]
    if len(given) != 1:
        raise InvalidRequestError(ONE)
    if given == [LOGIN_HINT_TOKEN]:
        raise InvalidRequestError(NO_TOKENS)
    hint = query.get(given[0]) or ""
    user = tx.users.by_identifier(hint) if given == [LOGIN_HINT] else _of_id_token(tx, client, hint)
    usable = user if user and user.active and client_access.may_use(tx, client, user.id) else None
    if usable is None and given == [ID_TOKEN_HINT]:
        raise UnknownUserId
    return Named(hint, usable)


def _of_id_token(tx: Transaction, client: Client, token: str) -> User | None:
    try:
        hint = read_hint(token, now=tx.now)
    except InvalidToken:
        raise InvalidRequestError(NOT_OURS) from None
    if hint.client_id != client.client_id:
        raise InvalidRequestError(NOT_OURS)
    user = tx.users.by_id(hint.subject) or _of_pairwise(tx, hint)
    return user if user and subject_of(client, user.id) == hint.subject else None


def _of_pairwise(tx: Transaction, hint: Hint) -> User | None:
    """Return the person of a pairwise subject, which cannot be computed back: by the session, while that lives."""
    session = tx.sessions.by_sid(hint.sid) if hint.sid else None
    return tx.users.by_id(session.user_id) if session else None
