"""Rotation of the signing keys, for the schedule and for the command."""

from __future__ import annotations

from collections.abc import Collection

from idp import audit
from idp.audit import Event
from idp.persistence.transaction import Transaction
from idp.signing.keyring import Keyring
from idp.signing.rotation import Action, Publish


def rotate(
    tx: Transaction,
    keyring: Keyring,
    *,
    force: bool = False,
    at_once: bool = False,
    algs: Collection[str] | None = None,
) -> list[Action]:
    """Do what is due and record it; the arguments are those of `signing.rotation.plan`.

    Raises:
        ValueError: for an algorithm that nothing here signs with.
        KeyFileError: when the keys directory cannot be used.
    """
    actions = keyring.rotate(force=force, at_once=at_once, algs=algs)
    if actions:
        audit.record(tx, Event.KEYS_ROTATED, at_once=at_once, actions=[describe(action) for action in actions])
    return actions


def describe(action: Action) -> str:
    """Return an action in a few words."""
    if isinstance(action, Publish):
        return f"published a new {action.alg} key"
    return f"removed {action.alg} key {action.kid}"
