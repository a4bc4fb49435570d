"""Creating one's own account: the address is proven first, by a mailed link; the account exists only after that.

    request_registration   consume, store a link, enqueue the mail: the same statements for every address   (write)
    find_registration      the address of a link that works, while the policy still allows it                 (read)
    create_account         claim the link, add the person; the hash was made before                          (write)

An address that has an account gets the same answer; only the mail differs, and it goes to its owner. Nobody is signed
in: the sign-in that follows asks for the second step, as the policy requires.
"""

from __future__ import annotations

import base64
import re
from dataclasses import replace

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.kernel.clock import HOUR, MINUTE
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login.policy import rate_limits
from idp.login.policy.rules import Circumstances, may_register
from idp.login.state.policy_rules import present_rules
from idp.messaging import contact_messages
from idp.messaging.sealed_secrets import seal_link
from idp.persistence.registrations import AccountRegistration
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services
from idp.web.mailed_link_paths import REGISTER

LIFE = HOUR
"""Seconds that a link works."""
LONGEST_BEGINNING = 30
"""Characters of the address in a user name."""
_OTHER = re.compile(r"[^a-z0-9._-]+")


def request_registration(
    tx: Transaction, address: str, *, flow_id: str, client_id: str | None, services: Services
) -> bool:
    """Enqueue a link to this address, or tell its owner that they have an account.

    False means only that this network asked too often. Everything else ends alike.
    """
    network = rate_limits.registration_network_bucket(tx.origin.address)
    if not tx.throttles.consume(network, rate_limits.ADDRESS_LIMIT):
        audit.record(tx, Event.REGISTRATION_ASKED, Outcome.THROTTLED, client_id=client_id)
        return False
    if not tx.throttles.consume(rate_limits.mailbox_bucket(address), rate_limits.MAILBOX_LIMIT):
        audit.record(tx, Event.REGISTRATION_ASKED, Outcome.THROTTLED, client_id=client_id)
        return True
    handle, owner = services.entropy.token(), tx.users.by_identifier(address)
    pending = AccountRegistration(digest(handle), address, flow_id, client_id, tx.now + LIFE)
    tx.registrations.add(pending)  # also for an owner, who never gets this link: the time must not tell
    if owner:
        contact_messages.enqueue_registration_taken(tx, owner)
    else:
        link = seal_link(services.sealer, f"{REGISTER}/{handle}")
        contact_messages.enqueue_registration(tx, address, link=link, minutes=LIFE // MINUTE)
    audit.record(tx, Event.REGISTRATION_ASKED, client_id=client_id)
    return True


def find_registration(tx: Transaction, handle: str, settings: Settings) -> AccountRegistration | None:
    """Return what a link is for; None when it does not work, or the policy allows it no longer."""
    found = tx.registrations.live(digest(handle))
    if found is None:
        return None
    at = Circumstances(client_id=found.client_id, address=tx.origin.address)
    return found if may_register(present_rules(tx), at, settings) else None


def draft_user(registration: AccountRegistration, *, name: str = "") -> User:
    """Return the person as far as they are known, for judging their password; they are not stored."""
    return User(
        id=registration.digest,
        username=registration.email.partition("@")[0],
        email=registration.email,
        email_verified=True,
        profile={"name": name} if name else {},
    )


def create_account(
    tx: Transaction, registration: AccountRegistration, *, name: str, password_hash: str, entropy: Entropy
) -> bool:
    """Claim the link and add the person; False when it was claimed, or became too old, meanwhile.

    Raises:
        NameTaken: when the address became somebody else's; the transaction must be given up.
    """
    if not tx.registrations.claim(registration.digest):
        return False
    user = tx.users.add(
        replace(
            draft_user(registration, name=name),
            id=entropy.token(16),
            username=_new_username(registration.email, entropy),
            password_hash=password_hash,
        )
    )
    audit.record(tx, Event.USER_REGISTERED, user_id=user.id, client_id=registration.client_id)
    return True


def _new_username(address: str, entropy: Entropy) -> str:
    """Return a user name for this address; the random end does not tell whether the beginning is somebody's name."""
    beginning = _OTHER.sub("", address.lower().partition("@")[0])[:LONGEST_BEGINNING].strip("._-") or "user"
    return f"{beginning}-{base64.b32encode(entropy.bytes(5)).decode().lower()[:6]}"
