"""The sections of an app's settings: which fields each form has, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from idp.config.tokens import RESPONSE_TYPES
from idp.console.pages.apps.fields import Field
from idp.kernel.client_auth_methods import (
    CLIENT_SECRET_BASIC,
    CLIENT_SECRET_JWT,
    CLIENT_SECRET_POST,
    METHODS,
    NONE,
    PRIVATE_KEY_JWT,
    SELF_SIGNED_TLS_CLIENT_AUTH,
    TLS_CLIENT_AUTH,
)
from idp.kernel.grant_types import GRANT_TYPES
from idp.kernel.text import Text
from idp.login.policy.assurance import LEVELS
from idp.signing.algorithms import OWN

LEVEL_TEXTS = {
    "": Text("Whatever the sign-in policy asks for"),
    "pwd": Text("A password"),
    "remembered": Text("A password, and a second step now or on this device before"),
    "two-step": Text("A password and a second step, also a code by email"),
    "mfa": Text("Two factors of different kinds"),
    "phr": Text("A passkey or security key"),
    "phrh": Text("A passkey on attested hardware"),
}
METHOD_TEXTS = {
    CLIENT_SECRET_BASIC: Text("A secret in the header (client_secret_basic)"),
    CLIENT_SECRET_POST: Text("A secret in the form (client_secret_post)"),
    CLIENT_SECRET_JWT: Text("A signature by a secret (client_secret_jwt)"),
    PRIVATE_KEY_JWT: Text("A key of its own (private_key_jwt)"),
    TLS_CLIENT_AUTH: Text("A certificate with its name (tls_client_auth)"),
    SELF_SIGNED_TLS_CLIENT_AUTH: Text("A certificate of its own (self_signed_tls_client_auth)"),
    NONE: Text("Nothing: it cannot keep a secret (none)"),
}
SAME_AS_ALL = Text("Empty: as for all apps.")
ONE_A_LINE = Text("One address a line, exactly as the app sends it.")


@dataclass(frozen=True)
class Section:
    """A form of the app's settings."""

    title: Text
    text: Text
    fields: tuple[Field, ...]


SECTIONS: Mapping[str, Section] = {
    "general": Section(
        Text("Name, links and colour"),
        Text("What people see of the app where they sign in."),
        (
            Field(name="client_name", kind="text", label=Text("Name")),
            Field(
                name="client_uri",
                kind="text",
                label=Text("Home page"),
                hint=Text("People are led back there when something went wrong."),
            ),
            Field(name="policy_uri", kind="text", label=Text("Privacy policy")),
            Field(name="tos_uri", kind="text", label=Text("Terms of service")),
            Field(
                name="accent_color",
                kind="color",
                label=Text("Colour"),
                hint=Text("Of buttons and links where people sign in to it, such as {example}.", example="#0b5c4c"),
            ),
        ),
    ),
    "addresses": Section(
        Text("Addresses"),
        Text("Where the app is. Nothing is ever sent to an address that is not here."),
        (
            Field(
                name="redirect_uris",
                kind="lines",
                label=Text("Where people come back after signing in (redirect URIs)"),
                hint=ONE_A_LINE,
            ),
            Field(
                name="post_logout_redirect_uris",
                kind="lines",
                label=Text("Where they may go after signing out"),
                hint=ONE_A_LINE,
            ),
            Field(
                name="web_origins",
                kind="lines",
                label=Text("Web origins of its scripts"),
                hint=Text("For single-page apps: scheme and host, nothing behind it."),
            ),
            Field(
                name="backchannel_logout_uri",
                kind="text",
                label=Text("Where it is told that somebody signed out (back-channel logout)"),
            ),
            Field(
                name="backchannel_logout_session_required",
                kind="tick",
                label=Text("It tells sessions apart by their id (sid)"),
            ),
        ),
    ),
    "sign-in": Section(
        Text("Signing in"),
        Text("What a sign-in to this app needs. It can ask for more than the sign-in policy, never for less."),
        (
            Field(
                name="min_acr",
                kind="choice",
                label=Text("Minimum level"),
                options=tuple((name, LEVEL_TEXTS[name]) for name in ("", *LEVELS)),
            ),
            Field(
                name="remembered_device_accepted",
                kind="tick",
                label=Text("Accept remembered devices"),
                hint=Text("Otherwise the second step is asked at every sign-in of people who have one."),
            ),
            Field(
                name="default_max_age",
                kind="number",
                label=Text("Session lifetime for this app (seconds)"),
                hint=Text(
                    "People sign in again when their last sign-in is longer ago, unless the app itself asks for "
                    "another time (max_age). Empty: as long as the session lasts."
                ),
            ),
            Field(
                name="first_party",
                kind="tick",
                label=Text("One of our own apps"),
                hint=Text("People are not asked whether it may see their details."),
            ),
        ),
    ),
    "technical": Section(
        Text("Technical settings"),
        Text("Defaults fit nearly every app. Change them when the maker of the app says so."),
        (
            Field(
                name="scopes",
                kind="lines",
                label=Text("Scopes"),
                hint=Text("What it may ask for, one a line: openid profile email phone address offline_access."),
            ),
            Field(
                name="grant_types",
                kind="ticks",
                label=Text("Grant types"),
                options=tuple((name, name) for name in GRANT_TYPES),
            ),
            Field(
                name="response_types",
                kind="ticks",
                label=Text("Response types"),
                hint=Text("Others than code are for old apps, and must be turned on for the installation."),
                options=tuple((name, name) for name in RESPONSE_TYPES),
            ),
            Field(
                name="token_endpoint_auth_method",
                kind="choice",
                label=Text("How the app proves who it is"),
                options=tuple((name, METHOD_TEXTS[name]) for name in METHODS),
            ),
            Field(name="strict_auth_method", kind="tick", label=Text("Accept exactly this way of sending the secret")),
            Field(
                name="jwks",
                kind="json",
                label=Text("Its public keys (JWK Set)"),
                hint=Text("For private_key_jwt, and for requests that it signs."),
            ),
            Field(
                name="require_pkce",
                kind="tick",
                label=Text("Demand PKCE"),
                hint=Text("Turn it off only for an app that cannot do it."),
            ),
            Field(
                name="id_token_signed_response_alg",
                kind="choice",
                label=Text("Signing algorithm of ID tokens"),
                options=tuple((name, name) for name in OWN),
            ),
            Field(
                name="id_token_scope_claims",
                kind="tick",
                label=Text("ID tokens hold names and addresses too"),
                hint=Text("For apps that never ask the userinfo endpoint."),
            ),
            Field(
                name="access_token_lifetime",
                kind="number",
                label=Text("Lifetime of access tokens (seconds)"),
                hint=SAME_AS_ALL,
            ),
            Field(
                name="id_token_lifetime", kind="number", label=Text("Lifetime of ID tokens (seconds)"), hint=SAME_AS_ALL
            ),
            Field(
                name="refresh_token_lifetime",
                kind="number",
                label=Text("Time without a new sign-in (seconds)"),
                hint=Text("How long refresh tokens work. Empty: as for all apps."),
            ),
        ),
    ),
}
"""Path of the form -> what it has. Who may use the app is a page of its own."""
