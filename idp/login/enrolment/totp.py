"""Setting up an authenticator app, at sign-in because policy asks for it or in the account because the person does.

    offer      the picture and the key; nothing is stored
    check      is it the first right code?                          (reading)
    activate   make it a factor, through `enrolment`                (writing)

The set-up belongs to one attempt or session, one epoch and one password proof: `context` names them, so that a seed
that was shown once is worthless anywhere else and after any change.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.factors import totp
from idp.factors.hashing import Hasher
from idp.factors.recovery_codes import FreshSet, mint
from idp.factors.totp import Setup
from idp.kernel.entropy import Entropy
from idp.login.enrolment import factor_changes
from idp.login.policy.proofs import Method, Proof
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer

LABEL = "Authenticator app"
PEPPER = "totp set-up"


@dataclass(frozen=True)
class ConfirmedSetup:
    """A first code that was right: the seed it belongs to, its time step, and recovery codes if none exist yet."""

    seed: str
    step: int
    codes: FreshSet | None


def new_setup(sealer: Sealer, person: Person, *, owner: str, password_at: int, brand: str) -> Setup:
    """What the page shows. `owner` names the attempt or session, `password_at` its password proof (seconds, UTC)."""
    context = f"{owner}\x00{person.user.id}\x00{person.user.epoch}\x00{password_at}"
    account = person.user.email or person.user.username
    return Setup(seed=totp.derive_seed(sealer.pepper(PEPPER), context), account=account, issuer=brand)


def check_first_code(
    setup: Setup, code: str, *, person: Person, now: int, entropy: Entropy, hasher: Hasher
) -> ConfirmedSetup | None:
    """None for a wrong code. Recovery codes are minted here because that is costly: outside every transaction."""
    step = totp.matching_step(setup.seed, code, now)
    if step is None:
        return None
    return ConfirmedSetup(setup.seed, step, None if person.recovery else mint(entropy, hasher))


def activate_totp(
    tx: Transaction, person: Person, confirmed: ConfirmedSetup, *, sealer: Sealer, entropy: Entropy
) -> Proof | None:
    """Make it the person's one app; None when another change to the account came first.

    The code that confirmed it is spent with it.
    """
    factor = Factor(id=entropy.token(12), kind=Method.TOTP, label=LABEL, last_step=confirmed.step)
    factor.sealed_secret = sealer.seal(confirmed.seed.encode(), row=factor.id)
    factor.last_used_at = tx.now
    return factor_changes.add_factor(
        tx, person, factor, codes=confirmed.codes, replaces=True, sealer=sealer, entropy=entropy
    )
