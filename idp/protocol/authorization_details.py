"""Rich authorization requests (RFC 9396): what exactly a client may do, in JSON, beside or instead of broad scopes.

    /authorize, /device_authorization   parsed; each `type` must be registered for the client
    consent                             always asked, a yes of the past does not count: each is about something new
    grant                               stored; copied to the token response, the access token and introspection
    /token                              may be narrowed to some of them

A detail with `locations` is left out of tokens for an API that is not one of them (section 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from authlib.oauth2 import OAuth2Error

from idp.kernel import strict_json
from idp.persistence.apis import Api
from idp.persistence.clients import Client

PARAMETER = "authorization_details"
LONGEST = 4096
"""Characters."""
MOST = 10
LISTS = ("locations", "actions", "datatypes", "privileges")
"""Members that are arrays of strings (section 2.2); `identifier` is a string."""

Details = list[dict[str, Any]]


class InvalidAuthorizationDetails(OAuth2Error):
    """Unknown types or members of a wrong kind (section 5)."""

    error = "invalid_authorization_details"
    description = "authorization_details is not an array of objects whose type is registered for this client"


def parse(parameter: str | None, client: Client) -> Details:
    """Return the details of a request; empty without the parameter. Raises `InvalidAuthorizationDetails`."""
    if parameter is None:
        return []
    found = _read(parameter)
    if not all(_is_well_formed(detail, client.metadata.authorization_details_types) for detail in found):
        raise InvalidAuthorizationDetails
    return found


def narrow(parameter: str | None, granted: Details) -> Details:
    """Return what a token request chooses of the details that were granted (section 6); raises as `parse`."""
    if parameter is None:
        return granted
    chosen = _read(parameter)
    if not all(detail in granted for detail in chosen):
        raise InvalidAuthorizationDetails
    return chosen


def of_token(details: Sequence[dict[str, Any]], api: Api | None) -> Details:
    """Return those that a token for this API has; without an API all."""
    return [detail for detail in details if api is None or api.identifier in detail.get("locations", [api.identifier])]


def _read(parameter: str) -> Details:
    if len(parameter) > LONGEST:
        raise InvalidAuthorizationDetails
    try:
        found = strict_json.parse_strictly(parameter)
    except ValueError:
        raise InvalidAuthorizationDetails from None
    if not isinstance(found, list) or not 1 <= len(found) <= MOST or not all(isinstance(each, dict) for each in found):
        raise InvalidAuthorizationDetails
    return found


def _is_well_formed(detail: dict[str, Any], types: Sequence[str]) -> bool:
    lists = [detail[name] for name in LISTS if name in detail]
    return (
        detail.get("type") in types
        and isinstance(detail.get("identifier", ""), str)
        and all(isinstance(each, list) and all(isinstance(item, str) for item in each) for each in lists)
    )
