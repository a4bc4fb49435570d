"""The logo of an app, shown where people sign in to it."""

from __future__ import annotations

import hashlib

from idp import audit
from idp.admin import Refused
from idp.audit import Event
from idp.kernel.text import Text
from idp.messaging.fetched_documents import FetchedDocuments, Unfetchable
from idp.persistence.client_logos import ClientLogo
from idp.persistence.clients import Client
from idp.persistence.transaction import Transaction

LARGEST = 64 * 1024
"""Bytes."""
SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
"""First bytes -> media type. SVG is missing: it can hold scripts."""
WEBP = "image/webp"


def store_logo(tx: Transaction, client: Client, content: bytes) -> None:
    """Store a logo in place of the one before.

    Raises:
        Refused: it is too large, or no picture that every browser shows.
    """
    if len(content) > LARGEST:
        raise Refused(Text("The file is too large. It may have {most} KB.", most=LARGEST // 1024))
    media_type = _media_type(content)
    if media_type is None:
        raise Refused(Text("This is no PNG, JPEG or WebP picture."))
    tx.client_logos.store(ClientLogo(client.client_id, media_type, content))
    tx.clients.change(client.client_id, {"logo_digest": hashlib.sha256(content).hexdigest()})
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, changed=["logo"])


def fetch_logo(documents: FetchedDocuments, uri: str | None) -> bytes:
    """Fetch the logo of a client that registers itself; empty when there is none to be had."""
    if uri is None:
        return b""
    try:
        return documents.fetch(uri, {"Accept": ", ".join((*SIGNATURES.values(), WEBP))})
    except Unfetchable:
        return b""


def store_fetched_logo(tx: Transaction, client: Client, content: bytes) -> None:
    """Store a logo that was fetched, if it is a picture that can be shown."""
    if content and len(content) <= LARGEST and _media_type(content):
        store_logo(tx, client, content)


def remove_logo(tx: Transaction, client: Client) -> None:
    """Delete the logo; raises `Refused` when there is none."""
    if client.logo_digest is None:
        raise Refused(Text("There is no logo."))
    tx.client_logos.remove(client.client_id)
    tx.clients.change(client.client_id, {"logo_digest": None})
    audit.record(tx, Event.CLIENT_CHANGED, client_id=client.client_id, changed=["logo"])


def _media_type(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return WEBP
    return next((name for first, name in SIGNATURES.items() if content.startswith(first)), None)
