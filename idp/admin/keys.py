"""Rotation of the signing keys, for the schedule, the command and the console."""

from __future__ import annotations

from collections.abc import Collection

from idp import audit
from idp.admin import Refused
from idp.admin.permissions import Actor, Permission
from idp.audit import Event
from idp.kernel.text import Text
from idp.persistence.transaction import Transaction
from idp.signing.keyring import Keyring
from idp.signing.rotation import Action, Publish

NOTHING_TO_DO = Text("The next key is published already. The page of the keys says when it is used.")


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


def rotate_by(
    tx: Transaction, actor: Actor, keyring: Keyring, *, at_once: bool = False, algs: Collection[str] | None = None
) -> list[Action]:
    """Rotate before the time, for an administrator; the arguments are those of `rotate`.

    Raises:
        Forbidden: the actor may not change keys.
        Refused: the next key is published already, so there is nothing to do.
        ValueError, KeyFileError: as `rotate`.
    """
    actor.require(Permission.CHANGE_KEYS)
    actions = rotate(tx, keyring, force=True, at_once=at_once, algs=algs)
    if not any(isinstance(action, Publish) for action in actions):
        raise Refused(NOTHING_TO_DO)
    return actions


def describe(action: Action) -> str:
    """Return an action in a few words."""
    if isinstance(action, Publish):
        return f"published a new {action.alg} key"
    return f"removed {action.alg} key {action.kid}"
