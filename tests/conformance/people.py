"""The people of a run. Each has every standard claim, and an authenticator app as second step."""

import time
from dataclasses import dataclass

import pyotp

from idp.factors import recovery_codes
from idp.factors.totp import PERIOD
from idp.persistence.factors import Factor
from idp.persistence.users import User
from idp.services import Services
from tests.support.harness import PASSWORD

MOST = 24
"""One person signs in at a time; with so many, nobody is asked for two codes in one time step."""
PROFILE = {
    "name": "Conny Formance", "given_name": "Conny", "family_name": "Formance", "middle_name": "M",
    "nickname": "Con", "profile": "https://example.test/conny", "picture": "https://example.test/conny.png",
    "website": "https://example.test", "gender": "female", "birthdate": "1980-01-31", "zoneinfo": "Europe/Paris",
    "locale": "en-US",
    "address": {
        "formatted": "1 Main Street\n75001 Paris\nFrance", "street_address": "1 Main Street", "locality": "Paris",
        "region": "Ile-de-France", "postal_code": "75001", "country": "France",
    },
}  # fmt: skip


@dataclass
class Member:
    """Somebody, and what only they know."""

    username: str
    seed: str
    last_step: int = 0
    password: str = PASSWORD

    def next_code(self) -> str:
        """Return a code that was not used before; waits for the next time step if it must."""
        step = max(self.last_step + 1, int(time.time()) // PERIOD)
        time.sleep(max(0.0, step * PERIOD - time.time()))
        self.last_step = step
        return pyotp.TOTP(self.seed).at(step * PERIOD)


def add_people(services: Services) -> list[Member]:
    """Add all people."""
    hashed = services.hasher.hash(PASSWORD)
    return [_add(services, f"conny{number}", hashed) for number in range(MOST)]


def _add(services: Services, username: str, password_hash: str) -> Member:
    seed = pyotp.random_base32()
    user = User(
        id=services.entropy.token(16),
        username=username,
        email=f"{username}@example.test",
        email_verified=True,
        phone_number="+33123456789",
        phone_number_verified=True,
        password_hash=password_hash,
        profile=dict(PROFILE),
    )
    fresh = recovery_codes.generate_set(services.entropy, services.hasher)
    factor_id = f"totp-{user.id}"
    sealed = services.sealer.seal(seed.encode(), row=factor_id)
    with services.database.write() as tx:
        tx.users.add(user)
        tx.factors.add(Factor(factor_id, "totp", "Authenticator app", user.id, sealed_secret=sealed))
        row = recovery_codes.to_row(fresh, user_id=user.id, set_id=f"set-{user.id}", sealer=services.sealer)
        tx.recovery.replace(row, list(fresh.digests))
        tx.recovery.acknowledge(user.id, keep=False)
    return Member(username, seed)
