"""A JSON API that trusts the provider's access tokens (RFC 9068) and may ask for a better sign-in (RFC 9470)."""

import logging
from http import HTTPStatus

from flask import Blueprint, jsonify, request
from joserfc.errors import JoseError
from werkzeug.wrappers import Response

from .assurance import FRESH_SECONDS, STRONG, is_satisfied
from .person import now, provider, settings
from .tokens import check_access_token

api = Blueprint("api", __name__, url_prefix="/api")
log = logging.getLogger(__name__)


@api.get("/balance")
def balance() -> Response:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return _challenge()
    try:
        claims = check_access_token(
            provider().signatures.decode(token.strip()),
            issuer=settings().issuer,
            # The provider's tokens are for the provider itself, so every app holds such tokens: only our own may pass.
            # An API with tokens of its own (RFC 8707) requires its own name here instead.
            audience=settings().issuer,
            client_id=settings().client_id,
            now=int(now()),
        )
    except (JoseError, ValueError) as error:
        log.info("access token refused: %s", error)
        return _challenge(error="invalid_token", error_description="The access token is expired or not valid here")
    if not is_satisfied(claims, now()):
        return _challenge(
            error="insufficient_user_authentication",
            error_description="A recent sign-in with a second factor is required",
            acr_values=" ".join(STRONG),
            max_age=str(FRESH_SECONDS),
        )
    response = jsonify(owner=claims["sub"], currency="GBP", pence=12840)
    response.headers["Cache-Control"] = "no-store"
    return response


def _challenge(**parameters: str) -> Response:
    """401 with the reason where clients look for it (RFC 6750 section 3); without a token there is no error to name."""
    response = jsonify(parameters)
    response.status_code = HTTPStatus.UNAUTHORIZED
    reasons = {"realm": "sample_app", **parameters}
    response.headers["WWW-Authenticate"] = "Bearer " + ", ".join(f'{name}="{reasons[name]}"' for name in reasons)
    response.headers["Cache-Control"] = "no-store"
    return response
