"""Which clients share pairwise ids (OpenID Connect Core section 8.1, OpenID CIBA Core 1.0 section 4).

A sector is proven by addresses: tokens go to redirect URIs, and to whoever has the keys of a client that asks for
sign-ins itself. Redirect URIs alone prove nothing of the latter, since anybody can register those of somebody else.
"""

from __future__ import annotations

from collections.abc import Collection

from idp.admin import client_uris
from idp.admin.client_member_rules import sector_hosts
from idp.admin.client_rules import Registration
from idp.kernel import strict_json
from idp.kernel.grant_types import CIBA
from idp.messaging.fetched_documents import Busy, FetchedDocuments, Unfetchable
from idp.persistence.client_metadata import PUBLIC_SUBJECT

FOREIGN = "jwks_uri: pairwise ids of a client that asks for sign-ins itself need one at the host of its redirect URIs"
NO_LIST = "sector_identifier_uri: it does not answer with a JSON array of addresses"
MISSING = "sector_identifier_uri: a redirect URI, or the jwks_uri that CIBA needs, is missing in what it lists"


def sector_problem(documents: FetchedDocuments, wanted: Registration) -> str:
    """Return why a client cannot have the ids of its sector; empty when it can. A list of addresses is fetched once.

    Raises:
        Busy: too many documents are being fetched; the same request may work in a moment.
    """
    keys = wanted.metadata.jwks_uri or ""
    asks = CIBA in wanted.grant_types and wanted.metadata.subject_type != PUBLIC_SUBJECT
    if uri := wanted.metadata.sector_identifier_uri:
        return _list_problem(documents, uri, {*wanted.redirect_uris, *([keys] if asks else [])})
    hosts = sector_hosts(wanted)
    return FOREIGN if asks and hosts and client_uris.host_of(keys) not in hosts else ""


def _list_problem(documents: FetchedDocuments, uri: str, addresses: Collection[str]) -> str:
    try:
        listed = strict_json.parse(documents.fetch(uri, {"Accept": "application/json"}))
    except Busy:
        raise
    except (Unfetchable, ValueError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        return NO_LIST
    return "" if set(addresses) <= set(listed) else MISSING
