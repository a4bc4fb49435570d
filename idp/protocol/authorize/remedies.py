"""What an administrator can do about each refusal of an authorization request. Pure."""

from __future__ import annotations

from authlib.oauth2 import OAuth2Error

from idp.protocol.authorize import checks, response_checks
from idp.protocol.client_access import NotPermitted

UNKNOWN_CLIENT = "Compare the client_id in the app with `idp clients list`; a disabled one: idp clients enable ID"
UNREGISTERED = "If this is an address of the app: idp clients set {client} --add-redirect-uri ADDRESS"
SILENT = "None: the app asked that no page is shown (prompt=none). It has to ask again without that."
BY_REASON = {
    checks.PKCE_MISSING: "Turn PKCE on in the app; or, if it has a secret: idp clients set {client} --pkce optional",
    checks.NO_SCOPE: "idp clients set {client} --add-scope NAME",
    checks.UNKNOWN_SCOPE: "idp clients set {client} --add-scope NAME, or take the scope out of the app",
    NotPermitted.description: "If this person should use it: idp clients set {client} --add-allow-user NAME",
    response_checks.NOT_FOR_CODE: "idp clients set {client} --add-grant authorization_code",
    response_checks.NOT_FOR_TYPE: "Set the app to response_type code; or: idp clients set {client} --add-response-type",
    response_checks.BOUND: "Set the app to a response_type without token.",
    response_checks.NOT_IN_PROFILE: "Set the app to response_type code, which every profile allows.",
}
BY_CODE = {
    "unsupported_response_type": "Set the app to the authorization code flow (code), or see IDP_RESPONSE_TYPES.",
    "invalid_scope": "Set the scope in the app to names with single spaces between them, such as: openid profile email",
    "request_not_supported": "Let the app sign its request objects, or turn them off there.",
    "request_uri_not_supported": "Let the app sign its request objects, or turn them off there.",
    "invalid_request_object": "Compare the keys of the app and those registered here: idp clients show {client}",
    "invalid_request_uri": "None, if a link was opened twice or late. Else the app must register its request_uris.",
    "invalid_target": "Compare resource in the app with `idp apis list`; or: idp clients set {client} --add-scope NAME",
    "invalid_authorization_details": "Register the type for the app, and send what RFC 9396 section 2 describes.",
    "unmet_authentication_requirements": "Ask for one of acr_values_supported, or: idp clients set {client} --min-acr",
    "invalid_binding_message": "Let the app end each message with a new number: docs/how-to/ask-for-a-sign-in.md",
    "unknown_user_id": "None: the account was closed or disabled, or may not use the app.",
    "login_required": SILENT,
    "interaction_required": SILENT,
    "consent_required": SILENT,
    "access_denied": "None: the person cancelled, or did not agree.",
}
COMPARE = "Compare what the app sends with section 3 of clients/README.md."


def reason_of(error: OAuth2Error) -> str:
    """Return what the audit trail says of an error: more than the client is told."""
    reason = f"{error.error}: {error.description}"
    more = getattr(error, "reason", None)
    return f"{reason}; {more}" if more else reason


def remedy_for(error: OAuth2Error, client_id: str) -> str:
    """Return the remedy for an error that was sent to a client."""
    remedy = BY_REASON.get(str(error.description)) or BY_CODE.get(str(error.error)) or COMPARE
    return remedy.format(client=client_id)
