"""The provider's metadata, derived from what is registered (OIDC Discovery 1.0 section 3, RFC 8414 section 2).

Addresses come from the application's own routes and lists from the modules that enforce them, so the document cannot
list what is not there. Only names of the IANA registry appear in it.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app

from idp.claims import standard
from idp.claims.subjects import SUBJECT_TYPES
from idp.config import Settings
from idp.kernel.client_auth_methods import CONFIDENTIAL_METHODS
from idp.kernel.grant_types import IMPLICIT
from idp.language.tags import LANGUAGES
from idp.login.policy.assurance import Level, best_of_all
from idp.login.policy.methods import LASTING
from idp.login.policy.methods.spec import MethodContext
from idp.protocol import claims, cors, response_modes
from idp.protocol.authorize import pushed_request, request_object
from idp.protocol.authorize.checks import S256
from idp.protocol.backchannel.authlib_server import GRANT_TYPES
from idp.protocol.ciba import authentication_request
from idp.protocol.client_requests import client_authentication
from idp.protocol.response_types import required_grants
from idp.protocol.sender_constraint import certificates
from idp.signing import jwe
from idp.signing.algorithms import FOREIGN
from idp.signing.client_jwts import HS256
from idp.signing.dpop_proofs import ALGORITHMS as DPOP_ALGORITHMS
from idp.web.context import services
from idp.web.pages import json_response

PATH = "/.well-known/openid-configuration"
ENDPOINTS = {
    "authorization_endpoint": "frontchannel.authorize",
    "token_endpoint": "backchannel.token",
    "userinfo_endpoint": "backchannel.userinfo",
    "jwks_uri": "frontchannel.jwks",
    "introspection_endpoint": "backchannel.introspect",
    "revocation_endpoint": "backchannel.revoke",
    "pushed_authorization_request_endpoint": "backchannel.push",
    "device_authorization_endpoint": "backchannel.device_authorization",
    "backchannel_authentication_endpoint": "backchannel.authenticate_person",
    "end_session_endpoint": "frontchannel.logout",
    "registration_endpoint": "registration.register",
    "check_session_iframe": "session_management.check_session",
}
"""Metadata name -> endpoint of the route."""
ABOUT_THE_SIGN_IN = ("iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid")
CACHED = 300
"""Seconds that clients may keep discovery and keys, unless a new signing key is published for less than twice that."""


def metadata() -> dict[str, Any]:
    """Return the provider's metadata."""
    auth = client_authentication.offered_methods()
    confidential = [method for method in auth if method in CONFIDENTIAL_METHODS]
    algs = [*FOREIGN, HS256]
    return {
        "issuer": services().settings.issuer,
        **_endpoints(),
        **_mtls_aliases(),
        "response_types_supported": list(services().settings.response_type_names),
        "response_modes_supported": list(response_modes.SUPPORTED),
        "grant_types_supported": [*GRANT_TYPES, *_front_channel_grants()],
        "code_challenge_methods_supported": [S256],
        "authorization_response_iss_parameter_supported": True,
        "scopes_supported": list(standard.SCOPES),
        "claims_supported": [*claims.SUPPORTED, standard.GROUPS, *ABOUT_THE_SIGN_IN],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        **request_object.METADATA,
        **pushed_request.METADATA,
        **authentication_request.METADATA,
        "acr_values_supported": [level.acr for level in levels(services().settings)],
        "subject_types_supported": list(SUBJECT_TYPES),
        **_response_algorithms(),
        "token_endpoint_auth_methods_supported": auth,
        "token_endpoint_auth_signing_alg_values_supported": algs,
        "revocation_endpoint_auth_methods_supported": auth,
        "revocation_endpoint_auth_signing_alg_values_supported": algs,
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": algs,
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "introspection_signing_alg_values_supported": list(services().keyring.algorithms),
        "tls_client_certificate_bound_access_tokens": certificates.accepted(),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "frontchannel_logout_supported": True,
        "frontchannel_logout_session_supported": True,
        "display_values_supported": ["page"],
        "ui_locales_supported": list(LANGUAGES),
    }


def _front_channel_grants() -> list[str]:
    types = services().settings.response_type_names
    return [IMPLICIT] if any(IMPLICIT in required_grants(each) for each in types) else []


def _response_algorithms() -> dict[str, list[str]]:
    """Return what responses to clients can be signed and encrypted with (OIDC Discovery section 3, JARM section 4)."""
    signing = list(services().keyring.algorithms)
    encryption = {
        f"{kind}_encryption_{part}_values_supported": list(values)
        for kind in ("id_token", "userinfo", "authorization")
        for part, values in (("alg", jwe.ALGS), ("enc", jwe.ENCS))
    }
    return {
        "id_token_signing_alg_values_supported": signing,
        "userinfo_signing_alg_values_supported": signing,
        "authorization_signing_alg_values_supported": signing,
        **encryption,
    }


def levels(settings: Settings) -> tuple[Level, ...]:
    """Return the levels that people really reach here, weakest first."""
    remembered = (Level.REMEMBERED,) if settings.remember_days else ()
    context = MethodContext(settings)
    two_step = any(not method.spec.kind and method.spec.usable(context) for method in LASTING)
    mailed = (Level.TWO_STEP,) if two_step else ()
    return (Level.PWD, *remembered, *mailed, Level.MFA, best_of_all(attested=settings.attesting))


def document() -> Response:
    """Respond with the metadata, readable by every page and cache."""
    return publish(metadata())


def keys() -> Response:
    """Respond with the public keys (RFC 7517 section 5)."""
    return publish(services().keyring.jwks())


def publish(body: dict[str, Any]) -> Response:
    """Respond with a document that every page and cache may read."""
    response = cors.allow_all_origins(json_response(body))
    response.headers["Cache-Control"] = f"public, max-age={min(CACHED, services().settings.key_publish_ahead // 2)}"
    del response.headers["Pragma"]
    return response


def _mtls_aliases() -> dict[str, Any]:
    """Return where clients show their certificates, if that is not where everybody calls (RFC 8705 section 5)."""
    issuer, origin = services().settings.issuer, services().settings.mtls_origin
    if not origin:
        return {}
    called = {name: uri for name, uri in _endpoints().items() if ENDPOINTS[name].startswith("backchannel.")}
    return {"mtls_endpoint_aliases": {name: origin + uri.removeprefix(issuer) for name, uri in called.items()}}


def _endpoints() -> dict[str, str]:
    paths = {rule.endpoint: rule.rule for rule in current_app.url_map.iter_rules()}
    return {name: services().settings.issuer + paths[route] for name, route in ENDPOINTS.items() if route in paths}
