"""Issuers whose assertions stand for people (RFC 7523): registered by administrators, with what they may do."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from typing import Any

from idp import audit
from idp.admin import Refused, client_key_rules, client_uris
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.claims.standard import OFFLINE_ACCESS, OPENID
from idp.kernel.clock import HOUR, MINUTE
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.persistence.trusted_issuers import IDENTIFIERS, TrustedIssuer, TrustedIssuerExists

MOST_ISSUERS = 50
MOST_APPS = 50
MOST_SCOPES = 50
LONGEST = 200
"""Characters of an issuer, and of the name of a claim."""
LIVES = (MINUTE, HOUR)
"""Seconds that assertions may live: the least and the most that an administrator can allow."""
NEVER = (OPENID, OFFLINE_ACCESS)
"""Scopes of somebody who has signed in."""


def add(tx: Transaction, actor: Actor, wanted: TrustedIssuer, *, own: str) -> None:
    """Register an issuer; `own` is this server's.

    Raises:
        Refused: naming every field that is wrong.
    """
    actor.require(Permission.CHANGE_APPS)
    if len(tx.trusted_issuers.all()) >= MOST_ISSUERS:
        raise Refused(Text("There are at most {most} trusted issuers.", most=MOST_ISSUERS), field="issuer")
    _refuse_problems(tx, wanted, own)
    try:
        tx.trusted_issuers.add(wanted)
    except TrustedIssuerExists:
        raise Refused(Text("This issuer is registered already."), field="issuer") from None
    audit.record(tx, Event.TRUSTED_ISSUER_CHANGED, issuer=wanted.issuer, added=True)


def change(tx: Transaction, actor: Actor, wanted: TrustedIssuer, *, own: str) -> list[str]:
    """Set the fields of an issuer; returns the names of those that changed.

    An app that may no longer use its assertions loses its tokens; other tokens stay as they are.

    Raises:
        Refused: there is no such issuer, or naming every field that is wrong.
    """
    actor.require(Permission.CHANGE_APPS)
    present = asdict(find(tx, wanted.issuer, lock=True))
    _refuse_problems(tx, wanted, own)
    values = {name: value for name, value in asdict(wanted).items() if value != present[name]}
    if values:
        tx.trusted_issuers.change(wanted.issuer, values)
        _end_tokens(tx, set(present["clients"]) - set(wanted.clients))
        audit.record(tx, Event.TRUSTED_ISSUER_CHANGED, issuer=wanted.issuer, changed=sorted(values))
    return sorted(values)


def remove(tx: Transaction, actor: Actor, issuer: str) -> None:
    """Remove an issuer with the tokens of its apps. Raises `Refused`: there is no such issuer."""
    actor.require(Permission.CHANGE_APPS)
    present = find(tx, issuer, lock=True)
    tx.trusted_issuers.remove(issuer)
    _end_tokens(tx, present.clients)
    audit.record(tx, Event.TRUSTED_ISSUER_CHANGED, issuer=issuer, removed=True)


def remove_app(tx: Transaction, client_id: str) -> None:
    """Take an app that is removed from all issuers: a later app with its id must not get its rights."""
    for issuer in [found.issuer for found in tx.trusted_issuers.all() if client_id in found.clients]:
        if present := tx.trusted_issuers.by_issuer(issuer, lock=True):
            kept = [each for each in present.clients if each != client_id]
            tx.trusted_issuers.change(issuer, {"clients": kept})
            audit.record(tx, Event.TRUSTED_ISSUER_CHANGED, issuer=issuer, changed=["clients"])


def find(tx: Transaction, issuer: str, *, lock: bool = False) -> TrustedIssuer:
    """Return an issuer, for this transaction alone if `lock`; raises `Refused` when there is none."""
    found = tx.trusted_issuers.by_issuer(issuer, lock=lock)
    if found is None:
        raise Refused(f"There is no trusted issuer {issuer!r}. `idp trusted-issuers list` shows all.")
    return found


def _end_tokens(tx: Transaction, client_ids: Collection[str]) -> None:
    """End what these apps got by assertions, also of other issuers: a grant does not name the issuer."""
    for client_id in sorted(client_ids):
        tx.grants.revoke_without_session(client_id)


def _refuse_problems(tx: Transaction, wanted: TrustedIssuer, own: str) -> None:
    problems = dict([*_use_problems(tx, wanted), *_field_problems(wanted, own), *_key_problems(wanted)])
    if problems:
        raise Refused("\n".join(problems.values()), fields=problems)


def _field_problems(wanted: TrustedIssuer, own: str) -> Iterator[tuple[str, Text]]:
    if wanted.issuer == own:
        yield "issuer", Text("This is the issuer of this server itself.")
    for name, value in (("issuer", wanted.issuer), ("subject_claim", wanted.subject_claim)):
        if not 1 <= len(value) <= LONGEST or not value.isprintable() or value != value.strip():
            yield name, Text("This has 1 to {most} visible characters.", most=LONGEST)
    if wanted.identifier not in IDENTIFIERS:
        yield "identifier", Text("People are found by one of: {all}.", all=", ".join(IDENTIFIERS))
    least, most = LIVES
    if not least <= wanted.longest_life <= most:
        yield "longest_life", Text("The lifetime must be {least} to {most} seconds.", least=least, most=most)


def _key_problems(wanted: TrustedIssuer) -> Iterator[tuple[str, Text]]:
    if wanted.jwks is None and wanted.jwks_uri is None:
        yield "jwks", Text("The public keys of the issuer are missing: a JWK Set, or its address.")
    yield from client_key_rules.problems(wanted.jwks, wanted.jwks_uri, needed=False)
    if wanted.jwks_uri is not None and client_uris.fetched_problem(wanted.jwks_uri):
        yield "jwks_uri", Text("The address of the keys must begin with https.")


def _use_problems(tx: Transaction, wanted: TrustedIssuer) -> Iterator[tuple[str, Text]]:
    if not 1 <= len(wanted.clients) <= MOST_APPS or not 1 <= len(wanted.scopes) <= MOST_SCOPES:
        yield "clients", Text("Name 1 to {most} apps that may use its assertions, and the scopes.", most=MOST_APPS)
        return
    known = tx.clients.by_ids(wanted.clients)
    for client_id in wanted.clients:
        if client_id not in known:
            yield "clients", Text("There is no app {app}.", app=repr(client_id))
    had = {scope for client in known.values() for scope in client.scopes}
    for scope in wanted.scopes:
        if scope in NEVER:
            yield "scopes", Text("{scope} is for people who signed in here.", scope=repr(scope))
        elif known and scope not in had:
            yield (
                "scopes",
                Text("None of these apps may have the scope {scope}. Add it to one first.", scope=repr(scope)),
            )


def from_options(present: TrustedIssuer, values: dict[str, Any]) -> TrustedIssuer:
    """Return the record with these fields; keys and their address replace each other."""
    kept = asdict(present) | ({"jwks": None, "jwks_uri": None} if {"jwks", "jwks_uri"} & values.keys() else {})
    return TrustedIssuer(**kept | values)
