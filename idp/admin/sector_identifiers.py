"""The sector identifier URI: a list of redirect URIs whose clients share pairwise ids (OpenID Connect Core 8.1)."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from http import HTTPStatus

from idp.config import Settings
from idp.kernel import strict_json
from idp.messaging.http_client import Outbound
from idp.messaging.smtp import Undelivered

MOST_BYTES = 64 * 1024


def sector_problem(settings: Settings, uri: str, redirect_uris: Collection[str]) -> str:
    """Return why this address does not stand for these redirect URIs; empty when it does. It is fetched once."""
    outbound = dataclasses.replace(Outbound.from_settings(settings), max_body=MOST_BYTES)
    try:
        response = outbound.get(uri, {"Accept": "application/json"})
        listed = strict_json.parse(response.body) if response.status == HTTPStatus.OK else None
    except (Undelivered, ValueError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        return "sector_identifier_uri: it does not answer with a JSON array of addresses"
    if not set(redirect_uris) <= set(listed):
        return "sector_identifier_uri: a redirect URI is missing in what it lists"
    return ""
