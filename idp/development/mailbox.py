"""`/dev/mailbox`: what would have been sent, newest first, with links to press and codes to copy.

It shows codes and links of everybody, so it is there in development mode only, and even then only for somebody at this
machine: who comes from elsewhere, or under another name than this machine's own (a page of a stranger's that had its
name lead here, or a proxy), finds nothing.
"""

from __future__ import annotations

import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, request

from idp.config import LOOPBACK
from idp.kernel.dates import Moment
from idp.kernel.text import Text
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.development_mailbox import Mailbox, StoredMessage
from idp.web.client_address import client_address
from idp.web.context import services
from idp.web.pages import page

SHOWN = 30
LINK = re.compile(r"(https?://\S+)")
CODE = re.compile(r"\b\d{6}\b")
TITLES = {SMS: Text("Text message"), WHATSAPP: Text("WhatsApp message")}

blueprint = Blueprint("development", __name__, url_prefix="/dev")


@blueprint.before_request
def only_from_this_machine() -> None:
    """Answer 404 to every other machine."""
    name = urlsplit(f"//{request.host}").hostname
    address = client_address()
    if not address or not ipaddress.ip_address(address).is_loopback or name not in LOOPBACK:
        abort(404)


@blueprint.get("/mailbox")
def mailbox() -> Response:
    """Show the latest messages that were kept."""
    kept = Mailbox.from_settings(services().settings).latest(SHOWN)
    return page("development/mailbox.html", messages=[_shown(message) for message in kept])


def _shown(message: StoredMessage) -> dict[str, Any]:
    pieces = [{"text": piece, "href": piece if at % 2 else None} for at, piece in enumerate(LINK.split(message.text))]
    code = CODE.search(LINK.sub("", message.text))
    return {
        "symbol": "phone" if message.channel in TITLES else "mail",
        "title": message.subject or TITLES.get(message.channel, ""),
        "recipient": message.recipient,
        "when": Moment(message.at),
        "pieces": pieces,
        "code": code.group() if code else None,
    }
