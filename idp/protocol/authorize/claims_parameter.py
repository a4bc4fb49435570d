"""The `claims` parameter (OIDC Core section 5.5): single claims, and requirements on acr and sub. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.kernel.strict_json import MAX_DEPTH
from idp.signing.jws import InvalidToken, read_object

TARGETS = ("userinfo", "id_token")
MOST_CLAIMS = 100


@dataclass(frozen=True)
class AcrRequest:
    """acr asked for as a claim: any of `values`; `essential` makes it a must (section 5.5.1.1)."""

    values: tuple[str, ...] = ()
    essential: bool = False


@dataclass(frozen=True)
class ClaimsRequest:
    """What was requested, by target; `subject` is the only person a response may be about."""

    targets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    acr: AcrRequest = AcrRequest()
    subject: str | None = None


def parse_claims_parameter(parameter: str | None) -> ClaimsRequest:
    """Parse the parameter.

    Raises:
        InvalidRequestError: it is no JSON object of the shape that section 5.5 gives it.
    """
    if parameter is None:
        return ClaimsRequest()
    try:
        requested = read_object(parameter.encode(), "claims")
    except InvalidToken:
        raise InvalidRequestError(
            f"claims is not a JSON object with each member once, at most {MAX_DEPTH} levels deep"
        ) from None
    places = {place: _parse_target(place, requested[place]) for place in TARGETS if requested.get(place) is not None}
    id_token = places.get("id_token", {})
    acr, subject = id_token.get("acr") or {}, id_token.get("sub") or {}
    wish = AcrRequest(_values(acr, "acr"), essential=acr.get("essential", False))
    return ClaimsRequest(places, wish, next(iter(_values(subject, "sub")), None))


def _parse_target(place: str, requested: object) -> dict[str, Any]:
    if not isinstance(requested, dict) or len(requested) > MOST_CLAIMS:
        raise InvalidRequestError(f"claims: {place} is not an object of at most {MOST_CLAIMS} members")
    for wish in requested.values():
        if wish is not None and not isinstance(wish, dict):
            raise InvalidRequestError(f"claims: each member of {place} is null or an object")
        if wish and not isinstance(wish.get("essential", False), bool):
            raise InvalidRequestError("claims: essential is true or false")
        if wish and not isinstance(wish.get("values", []), list):
            raise InvalidRequestError("claims: values is an array")
    return requested


def _values(wish: Mapping[str, Any], claim: str) -> tuple[str, ...]:
    values = [wish["value"]] if "value" in wish else wish.get("values", [])
    if not all(isinstance(value, str) for value in values):
        raise InvalidRequestError(f"claims: a value of {claim} is a string")
    return tuple(values)
