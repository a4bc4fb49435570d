"""The sector identifier URI: a list of redirect URIs whose clients share pairwise ids (OpenID Connect Core 8.1)."""

from __future__ import annotations

from collections.abc import Collection

from idp.kernel import strict_json
from idp.messaging.fetched_documents import Busy, FetchedDocuments, Unfetchable


def sector_problem(documents: FetchedDocuments, uri: str, redirect_uris: Collection[str]) -> str:
    """Return why this address does not stand for these redirect URIs; empty when it does. It is fetched once.

    Raises:
        Busy: too many documents are being fetched; the same request may work in a moment.
    """
    try:
        listed = strict_json.parse(documents.fetch(uri, {"Accept": "application/json"}))
    except Busy:
        raise
    except (Unfetchable, ValueError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        return "sector_identifier_uri: it does not answer with a JSON array of addresses"
    if not set(redirect_uris) <= set(listed):
        return "sector_identifier_uri: a redirect URI is missing in what it lists"
    return ""
