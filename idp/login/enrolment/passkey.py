"""Adding a passkey, at sign-in because policy asks for a second step or in the account because the person wants one.

options    what the browser is asked to make; the challenge is bound to one attempt or session (`owner`)
check      spend the challenge, then see that the answer is right; nothing is kept yet
add        make it a factor, through `enrolment`
"""

from __future__ import annotations

from dataclasses import replace

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import passkey as keys
from idp.factors.attestation import AttestationTrustAnchors
from idp.factors.passkey import AuthenticatorResponse, Registered, Rejected
from idp.factors.recovery_codes import FreshSet
from idp.kernel.entropy import Entropy
from idp.login.enrolment import factor_changes
from idp.login.methods import passkey
from idp.login.policy.proofs import Method, Proof
from idp.login.state.person import Person
from idp.persistence.challenges import Purpose
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.signing.sealing import Sealer


def options(
    tx: Transaction,
    person: Person,
    *,
    owner: str,
    attestation_anchors: AttestationTrustAnchors,
    entropy: Entropy,
    settings: Settings,
) -> str:
    """The JSON for the browser; a device that holds one of the person's passkeys already makes no second."""
    made = passkey.issue_challenge(tx, owner, Purpose.ADD, entropy)
    existing = person.factors_of(Method.PASSKEY)
    return keys.creation_options(
        made,
        passkey.relying_party(settings),
        user=person.user,
        brand=settings.brand,
        existing=existing,
        attestation_anchors=attestation_anchors,
    )


def check(
    tx: Transaction,
    answer: AuthenticatorResponse | None,
    *,
    owner: str,
    attestation_anchors: AttestationTrustAnchors,
    settings: Settings,
) -> Registered:
    """The new key, if it was made for this `owner`, here and now; `answer` is None when it could not be read.

    Raises:
        Rejected: when it was not.
    """
    if answer is None:
        raise Rejected("unreadable")
    passkey.claim_challenge(tx, owner, Purpose.ADD, answer)
    return keys.check_registration(answer, passkey.relying_party(settings), attestation_anchors)


def add(
    tx: Transaction,
    person: Person,
    made: Registered,
    label: str,
    *,
    codes: FreshSet | None,
    sealer: Sealer,
    entropy: Entropy,
) -> Proof | None:
    """Make it one of the person's passkeys; `codes`, None and `AlreadyKnown` as for `enrolment.enrol`."""
    factor = Factor(
        id=entropy.token(12),
        kind=Method.PASSKEY,
        label=label,
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
    proof = factor_changes.add_factor(tx, person, factor, codes=codes, sealer=sealer, entropy=entropy)
    return proof and replace(proof, verified=made.verified, key=passkey.key_protection(factor, attesting=made.attested))


def audit_refusal(tx: Transaction, person: Person, reason: str) -> None:
    """Record that a key was not added, and why."""
    user_id = person.user.id
    audit.record(tx, Event.FACTOR_ADDED, Outcome.FAILURE, user_id=user_id, method=Method.PASSKEY, reason=reason)
