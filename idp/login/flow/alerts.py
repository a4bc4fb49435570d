"""*Was this you?*: a mail for every sign-in on a browser never seen, and for every security change, with a link.

tell      one mail per new browser, in the transaction that opens the session       (writing)
offer     the link itself, of a sign-in at once, of a change as its mail is written  (writing)

`recovery.alerts` is what the link does once its holder confirms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from idp import audit
from idp.config import Settings
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.messaging.notices import SIGN_IN_ALERT, enqueue_sign_in_alert, message_context, session_ref
from idp.messaging.sealed import seal_link
from idp.persistence.alert_links import AlertLink
from idp.persistence.devices import Device
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.signing.sealing import Sealer

PATH = "/alert/"


def alert_new_browser(
    tx: Transaction, user: User, *, sid: str, device: Device, entropy: Entropy, sealer: Sealer, settings: Settings
) -> None:
    """Promise the mail about a sign-in; nothing when no address is known."""
    if not user.email:
        return
    path = create_alert_link(
        tx,
        {**message_context(tx, user), **session_ref(user.id, sid, device.id), "event": SIGN_IN_ALERT},
        entropy,
        settings,
    )
    enqueue_sign_in_alert(tx, user, seal_link(sealer, path))


def create_alert_link(tx: Transaction, about: Mapping[str, Any], entropy: Entropy, settings: Settings) -> str:
    """Make a link that ends the session a mail is about, and return its path. It lives as long as the session could.

    `about` is the context of that mail (`messaging.notices`). Of a change it is made only as the mail is written, so
    that nothing that works waits in the outbox.
    """
    handle = entropy.token()
    link = AlertLink(
        digest=digest(handle),
        user_id=about["user_id"],
        sid=about["sid"],
        device_id=about["device_id"],
        event=about["event"],
        address=about["ip"],
        user_agent=about["user_agent"][: audit.MAX_TEXT],
        created_at=about["when"],
        expires_at=about["when"] + settings.session_lifetime,
    )
    tx.alert_links.add(link)
    return PATH + handle
