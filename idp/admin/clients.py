"""Apps, as administrators register them."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from idp import audit
from idp.admin import Refused, apis, client_rules, trusted_issuers
from idp.admin.client_proof import proof_of
from idp.admin.client_rules import Problem, Registration
from idp.audit import Event
from idp.kernel.client_auth_methods import CLIENT_SECRET_JWT, SECRET_METHODS
from idp.kernel.entropy import Entropy
from idp.kernel.grant_types import AUTHORIZATION_CODE
from idp.kernel.handles import digest
from idp.kernel.text import Text
from idp.persistence.client_metadata import changed_members
from idp.persistence.clients import Client, ClientExists
from idp.persistence.transaction import Transaction
from idp.signing.client_secrets import OpenSealer, seal_secret

OF_PERSON = Text("This is the id of a person. Choose another one.")
CHANGED_SINCE = Text("The app was changed in the meantime. Look at it again before you enable it.")


class RegistrationRefused(Refused):
    """A registration has faults; `problems` say which field each one is about."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.text for problem in problems))
        self.problems = problems


class IdTaken(Refused):
    """Another app has this `client_id`."""


class NothingChanged(Refused):
    """The registration is like this already."""


def add(
    tx: Transaction,
    wanted: Registration,
    entropy: Entropy,
    *,
    attesting: bool = False,
    sealer: OpenSealer | None = None,
) -> str | None:
    """Register an app; returns its new secret, which is never seen again, or None when it uses none.

    `attesting` as for `client_rules.problems`; `sealer` seals the secret of a client that signs with it.

    Raises:
        Refused: naming everything that is wrong, or that the `client_id` is taken.
    """
    _refuse_problems(client_rules.problems(wanted, attesting=attesting, present_scopes=tx.apis.titles()))
    if tx.users.by_id(wanted.client_id):  # an API would take the app's own tokens for the person's (RFC 9068 section 5)
        raise RegistrationRefused([Problem("client_id", OF_PERSON)])
    method = wanted.token_endpoint_auth_method
    secret = entropy.token() if method in SECRET_METHODS else None
    client = Client(**_columns(wanted), **_secret_columns(wanted.client_id, method, secret, sealer))
    try:
        tx.clients.add(client)
    except ClientExists:
        raise IdTaken(
            f"There is a client {wanted.client_id!r} already. Choose another id, or change it: idp clients set."
        ) from None
    audit.record(tx, Event.CLIENT_ADDED, client_id=client.client_id)
    return secret


def registration_of(client: Client) -> Registration:
    """Return the fields that an administrator sets, as they are now."""
    return Registration(**{field.name: getattr(client, field.name) for field in fields(Registration)})


def version_of(client: Client) -> str:
    """Return a digest of the registration: another one when any field of it is another."""
    return digest(json.dumps(asdict(registration_of(client)), sort_keys=True))


def change(
    tx: Transaction,
    client: Client,
    wanted: Registration,
    entropy: Entropy,
    *,
    attesting: bool = False,
    sealer: OpenSealer | None = None,
    by_itself: bool = False,
) -> tuple[list[str], str | None]:
    """Change a registration under the rules of `add`; returns the changed fields, and a secret if it got its first.

    `client` comes from `find` with `lock`; `by_itself`: it changes its own registration. Scopes that are no longer
    registered are left out of the next refresh. Other credentials end every token that the client holds: whoever had
    the old ones may have it.

    Raises:
        Refused: naming everything that is wrong, or that nothing would change.
    """
    known = (*client.scopes, *tx.apis.titles())
    _refuse_problems(client_rules.problems(wanted, attesting=attesting, present_scopes=known))
    values = {name: value for name, value in _columns(wanted).items() if value != getattr(client, name)}
    if not values:
        raise NothingChanged(f"{client.client_id!r} is registered like this already.")
    method = wanted.token_endpoint_auth_method
    other_kind = _secret_kind(method) != _secret_kind(client.token_endpoint_auth_method)
    secret = entropy.token() if other_kind and method in SECRET_METHODS else None
    if other_kind:
        values |= {"previous_secret_digest": None, "sealed_previous_secret": None}
        values |= _secret_columns(client.client_id, method, secret, sealer)
    if other_kind or proof_of(client) != proof_of(wanted):
        values["tokens_not_before"] = tx.now
        tx.grants.revoke_for_client(client.client_id)
    tx.clients.change(client.client_id, values)
    members = changed_members(wanted.metadata, client.metadata)
    changed = sorted((values.keys() & {field.name for field in fields(Registration)} - {"metadata"}) | members.keys())
    own = by_itself or None
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, changed=changed, by_itself=own)
    return changed, secret


def problems_of(wanted: Registration, field: str, *, attesting: bool) -> list[Text]:
    """Return the faults of one field, in sentences."""
    return [each.text for each in client_rules.problems(wanted, attesting=attesting) if each.field == field]


def find(tx: Transaction, client_id: str, *, lock: bool = False) -> Client:
    """Return the app of this `client_id`, for this transaction alone if `lock`; raises `Refused` when there is none."""
    client = tx.clients.by_id(client_id, lock=lock)
    if client is None:
        raise Refused(f"There is no client {client_id!r}. `idp clients list` shows all.")
    return client


def rotate_secret(
    tx: Transaction, client: Client, entropy: Entropy, *, grace: int, sealer: OpenSealer | None = None
) -> str:
    """Make a new secret and return it; the present one stays good for `grace` seconds, so that no app stands still.

    Raises:
        Refused: when the app has no secret.
    """
    method = client.token_endpoint_auth_method
    if method not in SECRET_METHODS:
        raise Refused(f"{client.client_id!r} has no secret to rotate: it authenticates with {method}.")
    secret = entropy.token()
    sealed = _secret_columns(client.client_id, method, secret, sealer)["sealed_secret"]
    tx.clients.rotate_secret(client, digest(secret), sealed, grace=grace)
    _record_secret_change(tx, client, "rotated", grace=grace)
    return secret


def end_previous_secret(tx: Transaction, client: Client) -> None:
    """Accept only the newest secret from now on; raises `Refused` when no other one is accepted."""
    if client.previous_secret_expires_at is None or client.previous_secret_expires_at <= tx.now:
        raise Refused(Text("There is no earlier secret any more: only the newest one is accepted."))
    tx.clients.end_previous_secret(client.client_id)
    _record_secret_change(tx, client, "previous one ended")


def delete_secrets(tx: Transaction, client: Client) -> None:
    """Accept no secret of this app any more, and end every token it holds; a new secret can be made.

    Raises:
        Refused: when the app has no secret.
    """
    if client.secret_digest is None:
        raise Refused(Text("There is no secret to delete."))
    tx.clients.delete_secrets(client.client_id)
    tx.grants.revoke_for_client(client.client_id)
    _record_secret_change(tx, client, "deleted")


def disable(tx: Transaction, client: Client) -> None:
    """Refuse a client from now on, and end every token it holds; its registration and consents stay."""
    tx.clients.disable(client)
    tx.grants.revoke_for_client(client.client_id)
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, disabled=True)


def enable(tx: Transaction, client: Client, *, seen: str | None = None) -> None:
    """Accept a client again; one that waited for an approval has it now. Tokens that were revoked stay revoked.

    `seen` is the `version_of` what the administrator looked at: a client that waits can still change itself.

    Raises:
        Refused: it is another one by now.
    """
    if seen is not None and seen != version_of(client):
        raise Refused(CHANGED_SINCE)
    tx.clients.enable(client)
    if tx.client_registrations.approve(client.client_id):
        audit.record(tx, Event.CLIENT_APPROVED, client_id=client.client_id)
        return
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, disabled=False)


def remove(tx: Transaction, client: Client, *, by_itself: bool = False) -> None:
    """Remove an app with its tokens, the consent to it and the trust in it; `by_itself`: it wants that."""
    tx.grants.revoke_for_client(client.client_id)
    trusted_issuers.remove_app(tx, client.client_id)
    apis.remove_app(tx, client.client_id)
    tx.clients.remove(client.client_id)
    audit.record(tx, Event.CLIENT_REMOVED, client_id=client.client_id, by_itself=by_itself or None)


def _secret_kind(method: str) -> str | None:
    """Return what must be stored of the secret of a client with this method; None when it has none."""
    if method == CLIENT_SECRET_JWT:
        return "sealed"
    return "digest" if method in SECRET_METHODS else None


def _secret_columns(client_id: str, method: str, secret: str | None, sealer: OpenSealer | None) -> dict[str, Any]:
    sealed = None
    if secret and _secret_kind(method) == "sealed":
        if sealer is None:
            raise Refused(f"{method} needs the sealing keys: use idp clients, or the console.")
        sealed = seal_secret(sealer(), client_id, secret)
    return {"secret_digest": digest(secret) if secret else None, "sealed_secret": sealed}


def _refuse_problems(problems: list[Problem]) -> None:
    if problems:
        raise RegistrationRefused(problems)


def _columns(wanted: Registration) -> dict[str, Any]:
    given = {field.name: getattr(wanted, field.name) for field in fields(wanted)}
    stored = {name: list(value) if isinstance(value, tuple) else value for name, value in given.items()}
    has_codes = AUTHORIZATION_CODE in wanted.grant_types
    # None with a code without its grant; `code` comes back with the grant.
    types = [each for each in wanted.response_types or ("code",) if has_codes or "code" not in each]
    return stored | {"response_types": types}


def _record_secret_change(tx: Transaction, client: Client, change: str, *, grace: int | None = None) -> None:
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, secret=change, grace=grace)
