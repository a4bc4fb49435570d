"""A passkey at sign-in: in place of name and password, or as the second step.

    options                what the browser is asked to sign; the challenge is bound to one login flow
    verify_first_factor    claim the challenge, find the person, check the signature, record the proof
    verify_second_factor   the same with a passkey of the flow's person

No rate limit: a signature cannot be guessed, so there is nobody to lock out.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import passkey
from idp.factors.passkey import AuthenticatorResponse, InvalidResponse, RelyingParty
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.methods import attempts
from idp.login.methods.result import Result
from idp.login.policy.methods import Method
from idp.login.policy.proofs import Key, Proof
from idp.login.state import person as people
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.factors import Factor
from idp.persistence.passkey_challenges import Purpose
from idp.persistence.transaction import Transaction
from idp.persistence.users import User
from idp.services import Services


def relying_party(settings: Settings) -> RelyingParty:
    """Return the WebAuthn relying party of our passkeys: the issuer's host and origin, nothing beside or below."""
    return RelyingParty(rp_id=settings.host, origin=settings.issuer)


def issue_challenge(tx: Transaction, owner: str, purpose: Purpose, entropy: Entropy) -> bytes:
    """Store a new challenge for a login flow or session; it is valid once, for five minutes."""
    made = entropy.bytes(passkey.CHALLENGE_BYTES)
    tx.challenges.issue(
        owner, purpose, digest(passkey.encode_challenge(made)), expires_at=tx.now + passkey.CHALLENGE_LIFE
    )
    return made


def claim_challenge(tx: Transaction, owner: str, purpose: Purpose, response: AuthenticatorResponse) -> None:
    """Claim the challenge that a response answers.

    Raises:
        InvalidResponse: when it is another owner's, for another purpose, expired or claimed before.
    """
    if not tx.challenges.claim(owner, purpose, digest(response.challenge)):
        raise InvalidResponse("no such challenge is open here")


def options(tx: Transaction, flow: LoginFlow, *, second: bool, services: Services) -> dict[str, Any]:
    """Return them for the browser. As first factor any passkey may answer, and must verify its user."""
    allowed = flow.person.factors_of(Method.PASSKEY) if second and flow.person else ()
    made = issue_challenge(tx, flow.owner, Purpose.SIGN_IN, services.entropy)
    return passkey.request_options(made, relying_party(services.settings), allowed=allowed, verify=not second)


def key_protection(factor: Factor, *, attesting: bool) -> Key:
    """Return how the private key is protected, as far as a trusted attestation says."""
    if factor.attested and attesting:
        return Key.ATTESTED
    return Key.SYNCED if factor.backup_eligible else Key.POP


def verify_first_factor(
    tx: Transaction,
    flow: LoginFlow,
    user: User | None,
    response: AuthenticatorResponse,
    *,
    browser_cookie: str | None,
    settings: Settings,
) -> LoginFlow | Result:
    """Verify a response that also names its person, and record the proof; `user` is the key's owner, locked."""
    found = tx.factors.by_credential(response.credential_id)
    audit_attempt = partial(_audit, tx, flow, Event.PASSKEY, user.id if user else None)
    try:
        claim_challenge(tx, flow.owner, Purpose.SIGN_IN, response)
        user = _verify_user(user, response)
        proof = _use_passkey(tx, response, found, user, settings)
    except InvalidResponse as reason:
        audit_attempt(Outcome.FAILURE, reason=str(reason))
        return Result.WRONG
    audit_attempt(Outcome.SUCCESS)
    device = devices.recognise_device(tx, browser_cookie, user.id)
    device_id = device.id if device else None
    person = people.load(tx, user, settings)
    return attempts.record_proofs(tx, flow, person, (proof,), remember=False, device_id=device_id)


def verify_second_factor(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    response: AuthenticatorResponse,
    *,
    remember: bool,
) -> LoginFlow | Result:
    """Verify a response of this person's passkey; one that is not discoverable need not name its user."""
    audit_attempt = partial(_audit, tx, flow, Event.SECOND_STEP, person.user.id)
    found = tx.factors.by_credential(response.credential_id)
    try:
        claim_challenge(tx, flow.owner, Purpose.SIGN_IN, response)
        user = _verify_user(person.user, response, unnamed=True)
        proof = _use_passkey(tx, response, found, user, person.settings)
    except InvalidResponse as reason:
        audit_attempt(Outcome.FAILURE, reason=str(reason))
        return Result.WRONG
    audit_attempt(Outcome.SUCCESS)
    return attempts.record_proof(tx, flow, person, proof, remember=remember)


def _verify_user(user: User | None, response: AuthenticatorResponse, *, unnamed: bool = False) -> User:
    if user is None or not user.active:
        raise InvalidResponse("nobody's key, or that of a closed account")
    if response.user_handle != user.id and not (unnamed and response.user_handle is None):
        raise InvalidResponse("the key names another person")
    return user


def _use_passkey(
    tx: Transaction, response: AuthenticatorResponse, factor: Factor | None, user: User, settings: Settings
) -> Proof:
    """Verify the signature, and store the new signature counter, which must have grown."""
    if factor is None or factor.user_id != user.id:
        raise InvalidResponse("another person's key")
    assertion = passkey.verify_assertion(response, factor, relying_party(settings))
    if not tx.factors.use_passkey(factor.id, sign_count=assertion.sign_count, backed_up=assertion.backed_up):
        raise InvalidResponse("the key's counter did not go on: there may be a copy of it")
    return Proof(
        Method.PASSKEY,
        factor.id,
        tx.now,
        verified=assertion.verified,
        key=key_protection(factor, attesting=settings.attesting),
    )


def _audit(
    tx: Transaction, flow: LoginFlow, event: Event, user_id: str | None, outcome: Outcome, *, reason: str | None = None
) -> None:
    client_id = flow.row.client_id
    audit.record(tx, event, outcome, user_id=user_id, client_id=client_id, method=Method.PASSKEY, reason=reason)
