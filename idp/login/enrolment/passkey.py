"""Enrolling a passkey, at sign-in or in the account.

options    what the browser is asked to create; the challenge is bound to one login flow or session (`owner`)
check      claim the challenge, then verify the registration; nothing is stored yet
add        store the factor
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from idp import audit
from idp.audit import Event, Outcome
from idp.factors import passkey as keys
from idp.factors.passkey import AuthenticatorResponse, InvalidResponse, VerifiedRegistration
from idp.factors.recovery_codes import NewRecoverySet
from idp.login.enrolment import factor_changes
from idp.login.methods import passkey
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Proof
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.passkey_challenges import Purpose
from idp.persistence.transaction import Transaction
from idp.services import Services


def options(tx: Transaction, person: Person, *, owner: str, services: Services) -> dict[str, Any]:
    """Return them for the browser; a device that holds a passkey of this person creates no second one."""
    return keys.creation_options(
        passkey.issue_challenge(tx, owner, Purpose.ADD, services.entropy),
        passkey.relying_party(services.settings),
        user=person.user,
        brand=services.settings.brand,
        existing=person.factors_of(Method.PASSKEY),
        attestation_anchors=services.attestation_anchors,
    )


def check(
    tx: Transaction, response: AuthenticatorResponse | None, *, owner: str, services: Services
) -> VerifiedRegistration:
    """Verify a registration that was made for this `owner`; `response` is None when it could not be parsed.

    Raises:
        InvalidResponse: when it does not verify.
    """
    if response is None:
        raise InvalidResponse("unreadable")
    passkey.claim_challenge(tx, owner, Purpose.ADD, response)
    site = passkey.relying_party(services.settings)
    return keys.verify_registration(response, site, services.attestation_anchors)


def add(
    tx: Transaction,
    person: Person,
    made: VerifiedRegistration,
    label: str,
    *,
    codes: NewRecoverySet | None,
    services: Services,
) -> Proof | None:
    """Store it as a passkey of the person; the rest is as for `factor_changes.add_factor`."""
    factor = Factor(
        id=services.entropy.token(12),
        kind=Method.PASSKEY,
        label=label,
        user_id=person.user.id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        backup_eligible=made.backup_eligible,
        backed_up=made.backed_up,
        transports=list(made.transports),
        aaguid=made.aaguid,
        attestation=made.attestation,
        attested=made.attested,
    )
    proof = factor_changes.add_factor(tx, person, factor, codes=codes, services=services)
    return proof and replace(proof, verified=made.verified, key=passkey.key_protection(factor, attesting=made.attested))


def audit_refusal(tx: Transaction, person: Person, reason: str) -> None:
    """Write the audit row of a passkey that was not added."""
    user_id = person.user.id
    audit.record(tx, Event.FACTOR_ADDED, Outcome.FAILURE, user_id=user_id, method=Method.PASSKEY, reason=reason)
