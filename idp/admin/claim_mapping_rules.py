"""What a claim of an app must be: its name, its source, and where it is sent."""

from __future__ import annotations

import re
from collections.abc import Sequence

from idp.admin import Refused
from idp.claims.mappings import HAS_GROUPS, ClaimMapping, Source
from idp.claims.standard import GROUPS, SCOPES
from idp.kernel.text import Text
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction

MOST_MAPPINGS = 50
MOST_VALUES = 200
LONGEST_CLAIM = 100
LONGEST_VALUE = 300

_NAME = re.compile(r"[A-Za-z0-9_.:/~-]{1,100}")
_OF_TOKENS = {
    "iss", "sub", "aud", "exp", "iat", "nbf", "jti", "nonce", "acr", "amr", "auth_time", "azp", "sid", "at_hash",
    "c_hash", "s_hash", "client_id", "scope", "cnf", "act", "may_act", "events", "typ", "token_type", "active",
    "username", "second_factor_at", "sub_jwk", "authorization_details", "_claim_names", "_claim_sources",
}  # fmt: skip
RESERVED = (_OF_TOKENS | {claim for claims in SCOPES.values() for claim in claims} | {HAS_GROUPS}) - {GROUPS}
"""Claims that are computed here; nobody may say anything else in their name."""


def check(tx: Transaction, client: Client, mapping: ClaimMapping, others: Sequence[ClaimMapping]) -> None:
    """Raise `Refused` for what cannot be; `others` are the app's other claims."""
    _check_name(mapping.claim, [other.claim for other in others])
    if not mapping.targets:
        raise Refused(Text("Choose where the claim is sent."), field="targets")
    if mapping.scope and mapping.scope not in client.scopes:
        raise Refused(Text("The app is not registered for the scope {scope}.", scope=mapping.scope), field="scope")
    match mapping.source:
        case Source.CONSTANT:
            _check_constant(mapping)
        case Source.ATTRIBUTE:
            if tx.attributes.by_name(mapping.attribute) is None:
                raise Refused(Text("There is no such attribute. Declare it first."), field="attribute")
        case Source.GROUPS:
            _check_text("prefix", mapping.prefix)
        case Source.GROUP_VALUES:
            _check_values(mapping)


def _check_name(claim: str, others: Sequence[str]) -> None:
    if not _NAME.fullmatch(claim):
        raise Refused(
            Text("A claim has a name of 1 to {most} letters, digits and any of _ . : / ~ - in it.", most=LONGEST_CLAIM),
            field="claim",
        )
    if claim in RESERVED:
        raise Refused(
            Text("The claim {claim} is computed here, and apps rely on it. Choose another name.", claim=claim),
            field="claim",
        )
    if claim in others:
        raise Refused(Text("The app has a claim {claim} already.", claim=claim), field="claim")
    if len(others) >= MOST_MAPPINGS:
        raise Refused(Text("An app has at most {most} claims of its own.", most=MOST_MAPPINGS), field="claim")


def _check_constant(mapping: ClaimMapping) -> None:
    if mapping.value is None or mapping.value == "":
        raise Refused(Text("Type the value."), field="value")
    if isinstance(mapping.value, str):
        _check_text("value", mapping.value)


def _check_values(mapping: ClaimMapping) -> None:
    if not mapping.values:
        raise Refused(Text("Name at least one group with its value."), field="values")
    if len(mapping.values) > MOST_VALUES:
        raise Refused(Text("A claim maps at most {most} groups.", most=MOST_VALUES), field="values")
    for _group, value in mapping.values:
        if not value:
            raise Refused(Text("Each group needs a value."), field="values")
        _check_text("values", value)
    _check_text("default", mapping.default)


def _check_text(field: str, text: str) -> None:
    if len(text) > LONGEST_VALUE or not text.isprintable():
        raise Refused(Text("Use at most {most} visible characters.", most=LONGEST_VALUE), field=field)
