"""The registry of optional members of clients: what each is called, means and may be. Pure.

The command, the console and dynamic registration read it, so a member of `ClientMetadata` is described here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from idp.admin.client_member import Kind, Member, MemberGroup
from idp.claims.subjects import SUBJECT_TYPES
from idp.kernel.text import Text
from idp.login.policy.assurance import LEVELS
from idp.persistence.client_metadata import DEFAULTS, DELIVERY_MODES, ClientMetadata
from idp.security_profiles import PROFILES
from idp.signing import jwe
from idp.signing.algorithms import FOREIGN, OWN

PROFILE_TEXTS: Mapping[str, Text] = {
    "standard": Text("OpenID Connect with safe defaults. Fits nearly every app."),
    "strict": Text("OAuth 2.1: PKCE always, one way to send the secret, only codes, unknown scopes are refused."),
    "fapi2": Text(
        "FAPI 2.0: keys in place of secrets, pushed requests, tokens bound to a key of the app, PS256, ES256 or EdDSA."
    ),
    "fapi2-message-signing": Text("FAPI 2.0 Message Signing: as fapi2, and requests and responses are signed too."),
    "fapi1-advanced": Text(
        "FAPI 1.0 Advanced: keys in place of secrets, signed requests and responses, tokens bound to a key of the app, "
        "PS256 or ES256."
    ),
}
"""What each security profile requires."""


def _signing(name: str, title: Text, values: tuple[str, ...] = OWN) -> Member:
    return Member(name=name, title=title, kind=Kind.CHOICE, values=values)


def _encryption(prefix: str, alg_title: Text, enc_title: Text) -> tuple[Member, Member]:
    return (
        Member(name=f"{prefix}_alg", title=alg_title, kind=Kind.CHOICE, values=jwe.ALGS),
        Member(name=f"{prefix}_enc", title=enc_title, kind=Kind.CHOICE, values=jwe.ENCS),
    )


def _flag(name: str, title: Text) -> Member:
    return Member(name=name, title=title, kind=Kind.FLAG)


MEMBER_GROUPS = (
    MemberGroup(
        Text("Security"),
        (
            Member(
                name="security_profile",
                title=Text("Security profile"),
                kind=Kind.CHOICE,
                help=Text("What the app must do at every request. The stricter ones refuse old ways of OAuth."),
                values=tuple(PROFILES),
                administrative=True,
            ),
            _flag("require_pushed_authorization_requests", Text("It must push its requests first (PAR)")),
            _flag("require_signed_request_object", Text("It must sign its requests (request objects)")),
            _flag("dpop_bound_access_tokens", Text("Its access tokens are bound to a key of the app (DPoP)")),
            _flag(
                "tls_client_certificate_bound_access_tokens", Text("Its access tokens are bound to its TLS certificate")
            ),
        ),
    ),
    MemberGroup(
        Text("People"),
        (
            Member(
                name="subject_type",
                title=Text("Id of people (sub)"),
                kind=Kind.CHOICE,
                help=Text("public: the same for every app. pairwise: another one for each app, so that apps cannot "
                          "compare whom they know. A change gives everybody a new id in this app."),
                values=SUBJECT_TYPES,
            ),
            Member(
                name="sector_identifier_uri",
                title=Text("Address that lists apps with the same ids"),
                kind=Kind.ADDRESS,
                help=Text("For pairwise ids: a JSON list of all redirect URIs of these apps."),
                https_only=True,
            ),
            Member(
                name="initiate_login_uri",
                title=Text("Where a sign-in can be started from outside"),
                kind=Kind.ADDRESS,
                help=Text("People are led there from their list of connected apps."),
                https_only=True,
            ),
            Member(
                name="default_acr_values",
                title=Text("Levels it asks for when a request names none"),
                kind=Kind.LIST,
                values=tuple(LEVELS),
            ),
            Member(
                name="application_type",
                title=Text("Where it runs"),
                kind=Kind.CHOICE,
                help=Text("native: on a phone or a desktop."),
                values=("web", "native"),
            ),
        ),
    ),
    MemberGroup(
        Text("Keys and certificates"),
        (
            Member(
                name="jwks_uri",
                title=Text("Address of its public keys"),
                kind=Kind.ADDRESS,
                help=Text("In place of keys that are typed here: the app can change them by itself."),
            ),
            _signing("token_endpoint_auth_signing_alg", Text("What it signs with when it proves who it is"), FOREIGN),
            Member(
                name="legacy_assertion_audience",
                title=Text("Its assertions may name the address they are sent to"),
                kind=Kind.FLAG,
                help=Text("For older apps in a FAPI profile, which do not name the issuer alone."),
                administrative=True,
            ),
            Member(name="tls_client_auth_subject_dn", title=Text("Subject of its TLS certificate")),
            Member(name="tls_client_auth_san_dns", title=Text("DNS name in its TLS certificate")),
            Member(name="tls_client_auth_san_uri", title=Text("URI in its TLS certificate")),
            Member(name="tls_client_auth_san_ip", title=Text("IP address in its TLS certificate")),
            Member(name="tls_client_auth_san_email", title=Text("Email address in its TLS certificate")),
        ),
    ),
    MemberGroup(
        Text("Requests"),
        (
            Member(
                name="request_uris",
                title=Text("Addresses of its request objects"),
                kind=Kind.ADDRESSES,
                help=Text("One address a line, exactly as the app sends it."),
            ),
            _signing("request_object_signing_alg", Text("What it signs its requests with"), FOREIGN),
            Member(
                name="authorization_details_types",
                title=Text("Types of detailed permissions that it may ask for"),
                kind=Kind.LIST,
                administrative=True,
            ),
        ),
    ),
    MemberGroup(
        Text("Sign-ins that it asks for itself (CIBA)"),
        (
            Member(
                name="backchannel_token_delivery_mode",
                title=Text("How it learns what the person answered"),
                kind=Kind.CHOICE,
                help=Text("poll: it asks every few seconds. ping: it is told, and then asks once."),
                values=DELIVERY_MODES,
            ),
            Member(
                name="backchannel_client_notification_endpoint",
                title=Text("Where it is told (ping)"),
                kind=Kind.ADDRESS,
            ),
            _signing(
                "backchannel_authentication_request_signing_alg",
                Text("What it signs these requests with; once chosen, each must be signed"),
                FOREIGN,
            ),
        ),
    ),
    MemberGroup(
        Text("Responses"),
        (
            *_encryption(
                "id_token_encrypted_response",
                Text("What keys of ID tokens are encrypted with"),
                Text("What ID tokens are encrypted with"),
            ),
            _signing("userinfo_signed_response_alg", Text("What userinfo is signed with")),
            *_encryption(
                "userinfo_encrypted_response",
                Text("What keys of userinfo are encrypted with"),
                Text("What userinfo is encrypted with"),
            ),
            _signing("authorization_signed_response_alg", Text("What authorization responses are signed with (JARM)")),
            *_encryption(
                "authorization_encrypted_response",
                Text("What keys of authorization responses are encrypted with"),
                Text("What authorization responses are encrypted with"),
            ),
            _signing("introspection_signed_response_alg", Text("What introspection is signed with")),
        ),
    ),
    MemberGroup(
        Text("Signing out"),
        (
            Member(
                name="frontchannel_logout_uri",
                title=Text("Page that signs people out of the app (front-channel logout)"),
                kind=Kind.ADDRESS,
            ),
            _flag("frontchannel_logout_session_required", Text("That page needs the id of the session (sid)")),
        ),
    ),
    MemberGroup(
        Text("The makers"),
        (
            Member(name="contacts", title=Text("How to reach its makers"), kind=Kind.LIST),
            Member(
                name="logo_uri",
                title=Text("Address of its logo"),
                kind=Kind.ADDRESS,
                help=Text("It is fetched once, when an app registers itself."),
            ),
            Member(name="software_id", title=Text("Id of the software")),
            Member(name="software_version", title=Text("Version of the software")),
        ),
    ),
)  # fmt: skip
MEMBERS: Mapping[str, Member] = {member.name: member for group in MEMBER_GROUPS for member in group.members}


def with_members(metadata: ClientMetadata, values: Mapping[str, Any]) -> ClientMetadata:
    """Return the record with these members set; None leaves one empty."""
    return replace(
        metadata, **{name: getattr(DEFAULTS, name) if value is None else value for name, value in values.items()}
    )
