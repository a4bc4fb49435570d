"""The provider says that a session is over (OpenID Connect Back-Channel Logout 1.0), server to server.

The person signed out elsewhere, changed their password, or ended this browser from another one. Nobody sits in front
of a screen here: the answer is a status, and the person's next click finds them signed out.
"""

import logging
from http import HTTPStatus
from threading import Lock
from typing import Any

from flask import Blueprint, current_app, jsonify, request
from joserfc.errors import InvalidClaimError, JoseError
from requests import RequestException
from werkzeug.wrappers import Response

from .person import Person, now, provider, settings
from .sessions import MemorySessions
from .tokens import LEEWAY, Claims, check_logout_token

backchannel = Blueprint("backchannel", __name__)
log = logging.getLogger(__name__)


class UsedTokens:
    """Used token ids, kept until the tokens expire. Several processes need a shared store."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._lock = Lock()

    def take(self, jti: str, *, until: float, at: float) -> bool:
        """Record a token id; False when it was used before. Times are UTC epoch seconds."""
        with self._lock:
            for old in [old for old, end in self._until.items() if end < at]:
                del self._until[old]
            if jti in self._until:
                return False
            self._until[jti] = until
            return True


@backchannel.post("/backchannel-logout")
def logout() -> Response:
    """End the sessions named by a logout token (section 2.7); none is a success as well."""
    try:
        claims = _read(request.form.get("logout_token", ""))
    except (JoseError, ValueError) as error:
        log.warning("logout token refused: %s", error)
        return _respond(HTTPStatus.BAD_REQUEST, error="invalid_request", error_description="not a valid logout token")
    except RequestException:
        return _respond(
            HTTPStatus.SERVICE_UNAVAILABLE, error="temporarily_unavailable"
        )  # the keys could not be fetched
    sessions: MemorySessions = current_app.extensions["sessions"]
    ended = sessions.end_where(lambda content: _is_meant(content, claims))
    log.info("logged out %s sessions", ended)
    return _respond(HTTPStatus.OK)


def _read(token: str) -> Claims:
    """Verify the token and record its use. Raises JoseError or ValueError."""
    claims = check_logout_token(
        provider().signatures.decode(token),
        issuer=settings().issuer,
        client_id=settings().client_id,
        now=int(now()),
    )
    used: UsedTokens = current_app.extensions["used_logout_tokens"]
    if not used.take(claims["jti"], until=claims["exp"] + LEEWAY, at=now()):
        raise InvalidClaimError("jti", "used before")
    return claims


def _is_meant(content: dict[str, Any], claims: Claims) -> bool:
    """Whether a session matches `sid`, or without one, the person."""
    person: Person | None = content.get("person")
    named = [name for name in ("sid", "sub") if name in claims]
    return person is not None and all(person.claims.get(name) == claims[name] for name in named)


def _respond(status: HTTPStatus, **parameters: str) -> Response:
    """Create the response of section 2.8: never cached, errors in JSON."""
    response = jsonify(parameters)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
