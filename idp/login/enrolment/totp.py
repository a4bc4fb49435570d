"""Enrolling an authenticator app, at sign-in or in the account.

new_setup           the QR code and the key; nothing is stored
check_first_code    is it the first right code?                    (no transaction)
activate_totp       store it as a factor                           (write transaction)

The seed is derived from one login flow or session, one epoch and one password proof, so that a seed that was shown
once is worthless anywhere else and after any change.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp.factors import totp
from idp.factors.recovery_codes import NewRecoverySet
from idp.factors.sent_code import mask
from idp.factors.totp import Setup
from idp.login.enrolment import factor_changes
from idp.login.methods import recovery_code
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.services import Services

FORMER_LABEL = "Authenticator app"
"""The label of apps that were set up before the account's name was kept in it."""
UNKNOWN_LABEL = ""
"""The label of apps that were imported: what they call the entry is not known here."""
PEPPER = "totp set-up"


@dataclass(frozen=True)
class ConfirmedSetup:
    """A first code that was right: its seed and time step, and recovery codes for somebody who has none.

    `account` is what the app calls the account from now on, even after a change of the address.
    """

    seed: str
    account: str
    step: int
    codes: NewRecoverySet | None


def new_setup(person: Person, *, owner: str, first_factor_at: int, services: Services) -> Setup:
    """Return what the page shows; `owner` names the login flow or session.

    `first_factor_at` is when its first factor was given (seconds, UTC).
    """
    context = f"{owner}\x00{person.user.id}\x00{person.user.epoch}\x00{first_factor_at}"
    seed = totp.derive_seed(services.sealer.temporary_pepper(PEPPER), context)
    return Setup(seed=seed, account=_account_name(person), issuer=services.settings.brand)


def masked_label(person: Person) -> str:
    """Return what apps call the entry, for somebody who only knows the password: "Countersign (j•••@example.com)".

    Empty for an app that was imported.
    """
    apps = person.factors_of(Method.TOTP)
    name = apps[0].label if apps and apps[0].label != FORMER_LABEL else _account_name(person)
    if name == UNKNOWN_LABEL:
        return ""
    return f"{person.settings.brand} ({mask(name) if '@' in name else name})"


def _account_name(person: Person) -> str:
    return person.user.email or person.user.username


def check_first_code(setup: Setup, code: str, *, person: Person, now: int, services: Services) -> ConfirmedSetup | None:
    """Return None for a wrong code. It may mint recovery codes: call it outside every transaction."""
    step = totp.matching_step(setup.seed, code, now)
    if step is None:
        return None
    return ConfirmedSetup(setup.seed, setup.account, step, recovery_code.first_set(person, services))


def activate_totp(tx: Transaction, person: Person, confirmed: ConfirmedSetup, services: Services) -> Proof | None:
    """Store it as the person's one app, its first code used up; None when another change to the account came first."""
    factor_id = services.entropy.token(12)
    factor = Factor(
        id=factor_id,
        kind=Method.TOTP,
        label=confirmed.account,
        user_id=person.user.id,
        sealed_secret=services.sealer.seal(confirmed.seed.encode(), row=factor_id),
        last_step=confirmed.step,
        last_used_at=tx.now,
    )
    return factor_changes.add_factor(tx, person, factor, codes=confirmed.codes, replaces=True, services=services)
