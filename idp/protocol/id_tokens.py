"""ID tokens for a client: the claims about the person in them, and their encryption (OIDC Core sections 2, 5, 10.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from idp.persistence.clients import Client
from idp.persistence.grants import Grant
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.protocol import claims, tokens
from idp.protocol.client_responses import encrypt_for


def signed_id_token(
    tx: Transaction,
    client: Client,
    grant: Grant,
    scopes: Sequence[str],
    *,
    hashed: Mapping[str, str],
    nonce: str | None,
    more: Mapping[str, Any],
    user: User | None = None,
    with_scopes: bool = False,
    about_person: bool = True,
) -> str:
    """Return a new ID token with the claims about the person that this client gets in it.

    The claims of `scopes` are in it for a client that wants them there, or `with_scopes`; those asked for one by one
    always. `hashed` as for `tokens.id_token`, `more` are claims added for the client. `user`, when it is known, is not
    read again. Without `about_person` it is about the sign-in alone.
    """
    if not about_person:
        return tokens.id_token(client, grant, now=tx.now, hashed=hashed, nonce=nonce)
    by_scope = scopes if with_scopes or client.id_token_scope_claims else ()
    names = claims.claim_names(grant, "id_token", by_scope, registered=client.scopes)
    person = (user or tx.users.by_id(grant.user_id)) if claims.needs_user(names) else None
    of_person = claims.select_claims(person, grant, names)
    return tokens.id_token(client, grant, now=tx.now, hashed=hashed, nonce=nonce, more={**more, **of_person})


def for_client(client: Client, signed: str) -> str:
    """Return the ID token as this client gets it: signed, and encrypted if it is registered for it.

    Raises:
        NoEncryptionKey: it is, and has no key.
    """
    return encrypt_for(client, "id_token", signed)
