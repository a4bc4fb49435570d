"""The signed-in person of this browser."""

from dataclasses import dataclass

from flask import current_app, session

from .config import Settings
from .provider import Provider
from .tokens import Claims


@dataclass
class Person:
    """A signed-in person, stored in the server-side session only."""

    claims: Claims
    """The verified ID token's."""
    userinfo: Claims
    token: Claims
    """The last token response: access_token, expires_at (UTC epoch seconds), perhaps refresh_token, and id_token."""

    @property
    def name(self) -> str:
        known = self.userinfo.get("name") or self.userinfo.get("preferred_username") or self.userinfo.get("email")
        return str(known or self.claims["sub"])

    @property
    def expires_at(self) -> int | None:
        """When the access token ends, if the provider said so (UTC epoch seconds)."""
        return self.token.get("expires_at")

    @property
    def login_name(self) -> str:
        return str(self.userinfo.get("preferred_username") or self.userinfo.get("email") or "")


def current_person() -> Person | None:
    person: Person | None = session.get("person")
    return person


def provider() -> Provider:
    found: Provider = current_app.extensions["provider"]
    return found


def settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found


def now() -> float:
    """UTC epoch seconds."""
    return provider().clock()
