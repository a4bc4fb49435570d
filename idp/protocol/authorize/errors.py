"""Errors of the authorization endpoint that Authlib has no name for."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error


class UnmetAuthenticationRequirements(OAuth2Error):
    """Nobody can be signed in as the app demands (OpenID Connect Core Error Code unmet_authentication_requirements)."""

    error = "unmet_authentication_requirements"
    description = "the demanded level of authentication cannot be reached here"
