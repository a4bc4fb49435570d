"""How a client proves who it is: when that changes, nothing that it was given before may count any more. Pure."""

from __future__ import annotations

from typing import Any

from idp.admin import certificate_rules
from idp.admin.client_rules import Registration
from idp.kernel.client_auth_methods import CLIENT_SECRET_BASIC, SENT_SECRET_METHODS
from idp.persistence.clients import Client


def proof_of(registration: Registration | Client) -> tuple[Any, ...]:
    """Return how a client proves who it is, its secret apart; the two ways to send a secret are one."""
    method, metadata = registration.token_endpoint_auth_method, registration.metadata
    sent = CLIENT_SECRET_BASIC if method in SENT_SECRET_METHODS else method
    return sent, registration.jwks, *(getattr(metadata, name) for name in ("jwks_uri", *certificate_rules.NAMES))
