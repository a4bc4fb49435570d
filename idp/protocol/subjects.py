"""The `sub` of a person in everything that a client gets."""

from __future__ import annotations

from idp.claims.subjects import subject_for
from idp.persistence.clients import Client
from idp.web.context import services


def subject_of(client: Client, user_id: str) -> str:
    """Return what this client calls the person (OpenID Connect Core section 8)."""
    return subject_for(client, user_id, services().sealer.pepper)
