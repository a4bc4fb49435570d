"""Settings of authorization codes and tokens."""

from __future__ import annotations

from pydantic import BaseModel, Field

from idp.config.installation import DAY

RESPONSE_TYPES = ("code", "id_token", "id_token token", "code id_token", "code token", "code id_token token")
"""Response types that can be offered (OAuth 2.0 Multiple Response Type Encoding Practices sections 3 and 5)."""


class Tokens(BaseModel):
    """Lifetimes of codes and tokens; which response types there are."""

    response_types: str = Field(
        "code",
        description="Response types of authorization requests that clients may register, with commas between them. "
        "Beside `code`: `id_token`, `id_token token`, `code id_token`, `code token`, `code id_token token`, for old "
        "apps alone: they put tokens into addresses (RFC 9700 section 2.1.2).",
    )

    code_lifetime: int = Field(60, ge=5, le=600, description="Life of an authorization code.")
    access_token_lifetime: int = Field(300, ge=30, le=DAY, description="Life of an access token.")
    id_token_lifetime: int = Field(300, ge=30, le=DAY, description="Life of an ID token.")
    refresh_token_lifetime: int = Field(
        30 * DAY, ge=60, description="Absolute end of a chain of refresh tokens; rotation does not move it."
    )
    refresh_token_grace: int = Field(
        30,
        ge=0,
        le=300,
        description="How long the answer to a refresh token can be had again, while its successor is unused: for "
        "answers that were lost, and for requests at the same time. 0: never, and a second use ends the grant.",
    )
    dpop_nonce_lifetime: int = Field(
        0,
        ge=0,
        le=3600,
        description="How often the nonce changes that DPoP proofs must have (RFC 9449 section 8); the one before is "
        "accepted too. 0: they need none.",
    )

    @property
    def response_type_names(self) -> tuple[str, ...]:
        """Return `response_types` as names, each once, in their order."""
        names = (" ".join(name.split()) for name in self.response_types.split(","))
        return tuple(dict.fromkeys(name for name in names if name))
