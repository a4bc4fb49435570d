"""Forgot password: a mailed link that lets its holder set a new one, and nothing else.

    request_reset    consume, store a link, enqueue the mail: the same statements for every name   (write transaction)
    enqueue_link     store a link and enqueue its mail; for administrators, too                     (write transaction)
    find_reset       the holder of a link that is valid                                             (read transaction)
    finish_reset     claim the link, replace the password; the hash was made before                 (write transaction)

It signs nobody in and changes no second step: a mailbox alone gives no access. A link ends by use, time, sign-in and
any change of password or factors.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.kernel.clock import MINUTE
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login.policy import rate_limits
from idp.login.state import person as people
from idp.login.state.person import Person
from idp.messaging.notices import RESET_OFFER, enqueue_password_reset
from idp.messaging.sealed_secrets import SealedSecret, Sealing, seal_link
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.recovery import new_password
from idp.recovery.new_password import ChangedBy
from idp.services import Services
from idp.web.mailed_link_paths import RESET_PASSWORD

LIFE = 30 * MINUTE
"""Seconds. Longer than the pause between two mails (`rate_limits.RESET_LIMIT`): see docs/decisions/0015."""


@dataclass(frozen=True)
class ResetLinkHolder:
    """Whom a working link is for, and the sign-in it was asked from."""

    person: Person
    flow_id: str

    @property
    def invited(self) -> bool:
        """Whether the person has no password yet."""
        return self.person.user.password_hash is None


@dataclass(frozen=True)
class MailedResetLink:
    """A link before it is stored: the digest of its handle, and its path, sealed. `life` is seconds."""

    digest: str
    sealed: SealedSecret
    flow_id: str
    life: int


def request_reset(tx: Transaction, identifier: str, *, flow_id: str, services: Services) -> bool:
    """Enqueue a link to the address of this user name or email address, if any.

    False means only that this network asked too often. Everything else ends alike: a name that nobody has, a disabled
    account, one without an address, one that got a mail just now.
    """
    network = rate_limits.reset_network_bucket(tx.origin.address)
    if not tx.throttles.consume(network, rate_limits.ADDRESS_LIMIT):
        audit.record(tx, Event.RESET_ASKED, Outcome.THROTTLED)
        return False
    user = tx.users.by_identifier(identifier)
    user_id = user.id if user else None
    if not tx.throttles.consume(rate_limits.reset_bucket(identifier, user_id), rate_limits.RESET_LIMIT):
        audit.record(tx, Event.RESET_ASKED, Outcome.THROTTLED, user_id=user_id)
        return True
    link = make_link(services.entropy, services.sealer, life=LIFE, flow_id=flow_id)
    sent = enqueue_link(tx, user, link, RESET_OFFER, minutes=LIFE // MINUTE)
    audit.record(tx, Event.RESET_ASKED, Outcome.SUCCESS if sent else Outcome.FAILURE, user_id=user_id)
    return True


def make_link(entropy: Entropy, sealer: Sealing, *, life: int, flow_id: str = "") -> MailedResetLink:
    """Return a new link that works for `life` seconds and then leads to this sign-in, if to any."""
    handle = entropy.token()
    return MailedResetLink(digest(handle), seal_link(sealer, f"{RESET_PASSWORD}/{handle}"), flow_id, life)


def enqueue_link(tx: Transaction, user: User | None, link: MailedResetLink, template: str, **lasts: int) -> bool:
    """Store a link and enqueue its mail; False unless the person is active and has an address."""
    user_id = user.id if user else ""
    expires_at = tx.now + link.life
    made = tx.password_resets.make(link.digest, user_id=user_id, flow_id=link.flow_id, expires_at=expires_at)
    enqueue_password_reset(tx, link.digest, link=link.sealed, user=user, template=template, **lasts)
    return made


def find_reset(tx: Transaction, handle: str, settings: Settings) -> ResetLinkHolder | None:
    """Return the holder of a link; None when it does not work, or no longer. Mail scanners call it, too."""
    found = tx.password_resets.live(digest(handle))
    return ResetLinkHolder(people.load(tx, found[1], settings), found[0].flow_id) if found else None


def finish_reset(tx: Transaction, handle: str, holder: ResetLinkHolder, password_hash: str) -> bool:
    """Claim the link for a new password; False when it was claimed, or the account changed, meanwhile."""
    user_id = holder.person.user.id
    tx.users.lock([user_id])  # before the link, as a sign-in does: in one order they cannot block each other for good
    user = tx.users.by_id(user_id)
    if user is None or not tx.password_resets.claim(digest(handle)):
        return False
    tx.user_contacts.prove_email(user, user.email or "")  # the link was mailed there: a new address would have ended it
    # The bucket of codes stays: access to a mailbox must not give more tries at the second step.
    for prefix in rate_limits.password_bucket_prefixes(user_id, user.username, user.email):
        tx.throttles.reset_all(prefix)
    return new_password.replace_password(tx, user, password_hash, by=ChangedBy.LINK)
