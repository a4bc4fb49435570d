"""APIs that access tokens are meant for: registered by administrators, with their scopes and their own secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from idp import audit
from idp.admin import Refused
from idp.admin.client_rules import LIFETIMES
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.consent.scope_texts import TITLES
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.persistence.apis import Api, ApiExists
from idp.persistence.transaction import Transaction

MOST_APIS = 100
MOST_SCOPES = 50
MOST_APPS = 50
LONGEST_IDENTIFIER = 200
LONGEST_TITLE = 100
ROTATED = "rotated"
"""What the audit trail says of a secret."""

_SCOPE = re.compile(r"[\x21\x23-\x3c\x3e-\x5b\x5d-\x7e]{1,100}")
"""RFC 6749 section 3.3, without the `=` that stands before a title where administrators type them."""


@dataclass(frozen=True, kw_only=True)
class ApiFields:
    """What an administrator sets of an API; `scopes` are name and title."""

    identifier: str
    name: str
    scopes: dict[str, str] = field(default_factory=dict)
    exchange_clients: list[str] = field(default_factory=list)
    access_token_lifetime: int | None = None


def add(tx: Transaction, actor: Actor, wanted: ApiFields, entropy: Entropy, *, issuer: str) -> str:
    """Register an API; returns its secret, which is never seen again. `issuer` is this server, and no API.

    Raises:
        Refused: naming every field that is wrong.
    """
    actor.require(Permission.CHANGE_APPS)
    known = tx.apis.all()
    if len(known) >= MOST_APIS:
        raise Refused(Text("There are at most {most} APIs.", most=MOST_APIS), field="identifier")
    if wanted.identifier == issuer:
        raise Refused(Text("This identifier stands for the addresses of this server itself."), field="identifier")
    _refuse_problems(tx, wanted, known)
    secret = entropy.token()
    try:
        tx.apis.add(Api(**_columns(wanted), secret_digest=digest(secret)))
    except ApiExists:
        raise Refused(Text("There is an API with this identifier already."), field="identifier") from None
    audit.record(tx, Event.API_CHANGED, api=wanted.identifier, added=True)
    return secret


def change(tx: Transaction, actor: Actor, wanted: ApiFields) -> list[str]:
    """Set the fields of an API; returns the names of those that changed. Tokens that were issued stay as they are.

    Raises:
        Refused: there is no such API, or naming every field that is wrong.
    """
    actor.require(Permission.CHANGE_APPS)
    present = find(tx, wanted.identifier, lock=True)
    _refuse_problems(tx, wanted, [each for each in tx.apis.all() if each.identifier != wanted.identifier])
    values = {name: value for name, value in _columns(wanted).items() if value != getattr(present, name)}
    if values:
        tx.apis.change(wanted.identifier, values)
        audit.record(tx, Event.API_CHANGED, api=wanted.identifier, changed=sorted(values))
    return sorted(values)


def make_secret(tx: Transaction, actor: Actor, identifier: str, entropy: Entropy) -> str:
    """Make a new secret and return it; the one before ends at once. Raises `Refused`: there is no such API."""
    actor.require(Permission.CHANGE_APPS)
    find(tx, identifier, lock=True)
    secret = entropy.token()
    tx.apis.change(identifier, {"secret_digest": digest(secret)})
    audit.record(tx, Event.API_CHANGED, api=identifier, secret=ROTATED)
    return secret


def remove(tx: Transaction, actor: Actor, identifier: str) -> None:
    """Remove an API; no token for it is issued any more. Raises `Refused`: there is no such API."""
    actor.require(Permission.CHANGE_APPS)
    if not tx.apis.remove(identifier):
        raise _unknown(identifier)
    audit.record(tx, Event.API_CHANGED, api=identifier, removed=True)


def remove_app(tx: Transaction, client_id: str) -> None:
    """Take an app that is removed from all APIs: a later app with its id must not exchange their tokens."""
    for identifier in [api.identifier for api in tx.apis.all() if client_id in api.exchange_clients]:
        if present := tx.apis.by_identifier(identifier, lock=True):
            kept = [each for each in present.exchange_clients if each != client_id]
            tx.apis.change(identifier, {"exchange_clients": kept})
            audit.record(tx, Event.API_CHANGED, api=identifier, changed=["exchange_clients"])


def find(tx: Transaction, identifier: str, *, lock: bool = False) -> Api:
    """Return an API, for this transaction alone if `lock`; raises `Refused` when there is none."""
    found = tx.apis.by_identifier(identifier, lock=lock)
    if found is None:
        raise _unknown(identifier)
    return found


def fields_of(api: Api) -> ApiFields:
    """Return what an administrator sets, as it is now."""
    return ApiFields(**{name: getattr(api, name) for name in ApiFields.__dataclass_fields__})


def metadata_of(api: Api, issuer: str) -> dict[str, Any]:
    """Return the document that the API publishes at its own host (RFC 9728 section 2)."""
    return {
        "resource": api.identifier,
        "authorization_servers": [issuer],
        "scopes_supported": sorted(api.scopes),
        "bearer_methods_supported": ["header"],
        "resource_name": api.name,
    }


def metadata_address(identifier: str) -> str:
    """Return where that document belongs (RFC 9728 section 3.1)."""
    parts = urlsplit(identifier)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}/.well-known/oauth-protected-resource{parts.path.rstrip('/')}{query}"


def _columns(wanted: ApiFields) -> dict[str, Any]:
    return {name: getattr(wanted, name) for name in ApiFields.__dataclass_fields__}


def _unknown(identifier: str) -> Refused:
    return Refused(f"There is no API {identifier!r}. `idp apis list` shows all.")


def _refuse_problems(tx: Transaction, wanted: ApiFields, others: list[Api]) -> None:
    problems = dict([*_app_problems(tx, wanted), *_field_problems(wanted), *_scope_problems(wanted, others)])
    if problems:
        raise Refused("\n".join(problems.values()), fields=problems)


def _field_problems(wanted: ApiFields) -> Iterator[tuple[str, Text]]:
    if why := _identifier_problem(wanted.identifier):
        yield "identifier", why
    if not wanted.name.strip() or len(wanted.name) > LONGEST_TITLE or not wanted.name.isprintable():
        yield "name", Text("A name has 1 to {most} visible characters.", most=LONGEST_TITLE)
    least, most = LIFETIMES["access_token_lifetime"]
    life = wanted.access_token_lifetime
    if life is not None and not least <= life <= most:
        yield (
            "access_token_lifetime",
            Text("The lifetime must be {least} to {most} seconds.", least=least, most=most),
        )


def _identifier_problem(identifier: str) -> Text | None:
    """Return why this is no identifier: it is compared as text, so every part of it must be plain."""
    try:
        parts = urlsplit(identifier)
    except ValueError:
        parts = urlsplit("")
    plain = identifier.isascii() and identifier.isprintable() and not set(identifier) & set(' "<>\\^`{|}#')
    if plain and parts.scheme and (parts.netloc or parts.path) and len(identifier) <= LONGEST_IDENTIFIER:
        return None
    return Text(
        "An identifier is an absolute URI of at most {most} characters without a fragment, such as "
        "https://api.example.com (RFC 8707 section 2).",
        most=LONGEST_IDENTIFIER,
    )


def _scope_problems(wanted: ApiFields, others: list[Api]) -> Iterator[tuple[str, Text]]:
    if not 1 <= len(wanted.scopes) <= MOST_SCOPES:
        yield "scopes", Text("An API has 1 to {most} scopes.", most=MOST_SCOPES)
    taken = {scope: other.name for other in others for scope in other.scopes}
    for scope, title in wanted.scopes.items():
        if not _SCOPE.fullmatch(scope):
            yield "scopes", Text("{scope} cannot be a scope: ASCII without spaces, quotes, = or \\.", scope=repr(scope))
        elif scope in TITLES:
            yield "scopes", Text("{scope} is a scope about people. Choose another name.", scope=repr(scope))
        elif scope in taken:
            yield "scopes", Text("{scope} is a scope of {api} already.", scope=repr(scope), api=taken[scope])
        elif not title.strip() or len(title) > LONGEST_TITLE or not title.isprintable():
            yield (
                "scopes",
                Text("Give {scope} a title of 1 to {most} visible characters.", scope=repr(scope), most=LONGEST_TITLE),
            )


def _app_problems(tx: Transaction, wanted: ApiFields) -> Iterator[tuple[str, Text]]:
    if len(wanted.exchange_clients) > MOST_APPS:
        yield "exchange_clients", Text("A list has at most {most} lines.", most=MOST_APPS)
        return
    known = tx.clients.by_ids(wanted.exchange_clients) if wanted.exchange_clients else {}
    for client_id in wanted.exchange_clients:
        if client_id not in known:
            yield "exchange_clients", Text("There is no app {app}.", app=repr(client_id))
