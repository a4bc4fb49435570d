"""Settings of clients that register themselves (RFC 7591)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class ClientRegistration(BaseModel):
    """Who may register clients at `/register`, and what such clients may do."""

    client_registration: Literal["off", "token", "approval", "open"] = Field(
        "off",
        description="Whether apps may register themselves at `/register`: not at all, with an initial access token, "
        "until an administrator approves of each, or everybody.",
    )
    registrations_per_network: int = Field(
        20, ge=1, le=100_000, description="How many apps may register themselves from one network in an hour."
    )
    registrations_per_day: int = Field(
        1000, ge=1, le=1_000_000, description="How many apps may register themselves in a day, from all networks."
    )
    unused_client_days: int = Field(
        30, ge=1, le=3650, description="Days after which an app that registered itself goes if nobody has used it."
    )
    registered_scopes: str = Field(
        "openid profile email address phone offline_access",
        description="What apps that register themselves may ask for.",
    )
    registered_pkce: Literal["required", "optional"] = Field(
        "required", description="Whether apps that register themselves need PKCE; public ones always do."
    )
