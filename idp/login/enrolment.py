"""Setting up an authenticator app, at sign-in because policy asks for it or in the account because the person does.

    offer      the picture and the key; nothing is stored
    check      is it the first right code?                     (reading)
    activate   raise the epoch (claims the change), keep the factor, make recovery codes, tell the owner    (writing)

The set-up belongs to one attempt or session, one epoch and one password proof: `context` names them, so that a seed
that was shown once is worthless anywhere else and after any change.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event
from idp.factors import totp
from idp.factors.hashing import Hasher
from idp.factors.recovery_codes import FreshSet, mint
from idp.factors.totp import Setup
from idp.kernel.entropy import Entropy
from idp.login.person import Person
from idp.login.proofs import Method, Proof
from idp.login.second_step import replace_codes
from idp.messaging.notices import Notice, notify
from idp.persistence.factors import Factor
from idp.persistence.unit_of_work import Transaction
from idp.signing.sealing import Sealer

LABEL = "Authenticator app"
PEPPER = "totp set-up"


@dataclass(frozen=True)
class Confirmed:
    """A first code that was right: the seed it belongs to, its time step, and recovery codes if none exist yet."""

    seed: str
    step: int
    codes: FreshSet | None


def offer(sealer: Sealer, person: Person, *, owner: str, password_at: int, brand: str) -> Setup:
    """What the page shows. `owner` names the attempt or session, `password_at` its password proof (seconds, UTC)."""
    context = f"{owner}\x00{person.user.id}\x00{person.user.epoch}\x00{password_at}"
    account = person.user.email or person.user.username
    return Setup(seed=totp.derive_seed(sealer.pepper(PEPPER), context), account=account, issuer=brand)


def check(setup: Setup, code: str, *, person: Person, now: int, entropy: Entropy, hasher: Hasher) -> Confirmed | None:
    """None for a wrong code. Recovery codes are minted here because that is costly: outside every transaction."""
    step = totp.matching_step(setup.seed, code, now)
    if step is None:
        return None
    return Confirmed(setup.seed, step, None if person.recovery else mint(entropy, hasher))


def activate(
    tx: Transaction, person: Person, confirmed: Confirmed, *, sealer: Sealer, entropy: Entropy
) -> Proof | None:
    """Make it a factor; None when another change to the account came first, and then nothing was changed.

    The code that confirmed it is spent with it. With the person's epoch go their other pending sign-ins and every
    remembered device. The new factor replaces what was there: one app per person.
    """
    user = person.user
    if not tx.users.raise_epoch(user):
        return None
    replaced = tx.factors.remove_all(user.id, kind=Method.TOTP)
    factor = Factor(id=entropy.token(12), user_id=user.id, kind=Method.TOTP, label=LABEL, last_step=confirmed.step)
    factor.sealed_secret = sealer.seal(confirmed.seed.encode(), row=factor.id)
    factor.last_used_at = tx.now
    tx.factors.add(factor)
    if confirmed.codes is not None:
        replace_codes(tx, person, confirmed.codes, sealer=sealer, entropy=entropy)
    tx.devices.distrust(user_id=user.id)
    audit.record(
        tx, Event.FACTOR_ADDED, user_id=user.id, method=Method.TOTP, factor_id=factor.id, replaced=bool(replaced)
    )
    notify(tx, user, Notice.AUTHENTICATOR_REPLACED if replaced else Notice.AUTHENTICATOR_ADDED)
    return Proof(Method.TOTP, factor.id, tx.now)


def turn_off(tx: Transaction, person: Person) -> bool:
    """Remove the second step, its recovery codes and every remembered device; False when a change came first."""
    if not tx.users.raise_epoch(person.user):
        return False
    wipe(tx, person.user.id)
    audit.record(tx, Event.FACTOR_REMOVED, user_id=person.user.id, method=Method.TOTP)
    notify(tx, person.user, Notice.AUTHENTICATOR_REMOVED)
    return True


def wipe(tx: Transaction, user_id: str) -> None:
    """Forget everything a second step consists of; sessions stay, and their second factors stop counting."""
    tx.factors.remove_all(user_id)
    tx.recovery.remove(user_id)
    tx.devices.distrust(user_id=user_id)
