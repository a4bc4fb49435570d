"""Reading what the browser's Web Authentication API answered, from a form that a script filled."""

from __future__ import annotations

from flask import request

from idp.factors import passkey as passkeys
from idp.factors.passkey import AuthenticatorResponse, InvalidResponse
from idp.web.forms import single_value

LONGEST_PASSKEY_NAME = 60
LONGEST = 64 * 1024
"""Characters of an answer; attestation certificates make some long."""


def read_passkey_response() -> AuthenticatorResponse | None:
    """Return the answer in this request's form; None when it cannot be read."""
    try:
        return passkeys.parse_response(single_value(request.form, "credential", longest=LONGEST))
    except InvalidResponse:
        return None


def read_passkey_name() -> str:
    """Return the name in this request's form; empty when there is none, or it is too long."""
    return " ".join(single_value(request.form, "name", longest=LONGEST_PASSKEY_NAME).split())
