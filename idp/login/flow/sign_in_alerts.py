"""*Was this you?*: a mail about every sign-in in a new browser, and the link in it.

Mails about other security changes have the same link. `recovery.sign_in_alerts` is what the link does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp import audit
from idp.kernel.handles import digest
from idp.messaging.notices import SIGN_IN_ALERT, enqueue_sign_in_alert, message_context, session_ref
from idp.messaging.sealed_secrets import seal_link
from idp.persistence.devices import Device
from idp.persistence.sign_in_alert_links import AlertLink
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services
from idp.web import mailed_link_paths


def alert_new_browser(tx: Transaction, user: User, *, sid: str, device: Device, services: Services) -> None:
    """Enqueue the mail about a sign-in, in the transaction that opens the session; nothing without an address."""
    if not user.email:
        return
    path = create_alert_link(
        tx,
        {**message_context(tx, user), **session_ref(user.id, sid, device.id), "event": SIGN_IN_ALERT},
        services,
    )
    enqueue_sign_in_alert(tx, user, seal_link(services.sealer, path))


def create_alert_link(tx: Transaction, about: Mapping[str, Any], services: Services) -> str:
    """Create the link that ends the session a mail is about, and return its path. It expires with that session.

    `about` is the context of the mail (`messaging.notices`). For a mail about a change, the link is created only when
    the mail is sent, so that no working link waits in the outbox.
    """
    handle = services.entropy.token()
    link = AlertLink(
        digest=digest(handle),
        user_id=about["user_id"],
        sid=about["sid"],
        device_id=about["device_id"],
        event=about["event"],
        address=about["ip"],
        user_agent=about["user_agent"][: audit.MAX_TEXT],
        created_at=about["when"],
        expires_at=about["when"] + services.settings.session_lifetime,
    )
    tx.alert_links.add(link)
    return f"{mailed_link_paths.SIGN_IN_ALERT}/{handle}"
