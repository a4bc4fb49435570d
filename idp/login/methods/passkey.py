"""A passkey at sign-in: instead of name and password, or as the second step.

    challenge   what the browser is asked to sign; the row binds it to this attempt
    prove       spend the challenge, then judge whose key it is and what it says

No lane is paid: there is nothing in a signature to guess, and nothing to lock anybody out of.
"""

from __future__ import annotations

from dataclasses import dataclass

from idp import audit
from idp.audit import Event, Outcome
from idp.config import Settings
from idp.factors import passkey
from idp.factors.passkey import AuthenticatorResponse, Rejected, Site
from idp.kernel.entropy import Entropy
from idp.kernel.handles import digest
from idp.login import devices
from idp.login.methods.password import Result
from idp.login.policy.proofs import Key, Method, Proof, to_rows
from idp.login.state.login_flow import LoginFlow
from idp.login.state.person import Person
from idp.persistence.challenges import Purpose
from idp.persistence.factors import Factor
from idp.persistence.transaction import Transaction
from idp.persistence.users import User


def relying_party(settings: Settings) -> Site:
    """Where our passkeys are good: the issuer, and nothing beside or below it."""
    return Site(rp_id=settings.host, origin=settings.issuer)


def issue_challenge(tx: Transaction, owner: str, purpose: Purpose, entropy: Entropy) -> bytes:
    """A new challenge for this sign-in or session, good once and for five minutes."""
    made = entropy.bytes(passkey.CHALLENGE_BYTES)
    tx.challenges.issue(owner, purpose, digest(passkey.encode_handle(made)), expires_at=tx.now + passkey.CHALLENGE_LIFE)
    return made


def claim_challenge(tx: Transaction, owner: str, purpose: Purpose, answer: AuthenticatorResponse) -> None:
    """Spend the challenge that was answered.

    Raises:
        Rejected: when it was not given to this owner for this, is too old, or was answered before.
    """
    if not tx.challenges.claim(owner, purpose, digest(answer.challenge)):
        raise Rejected("no such challenge is open here")


def options(tx: Transaction, flow: LoginFlow, *, second: bool, entropy: Entropy, settings: Settings) -> str:
    """The JSON for the browser. As the first factor any key may answer, and must check its owner."""
    allowed = flow.person.factors_of(Method.PASSKEY) if second and flow.person else ()
    made = issue_challenge(tx, find_owner(flow), Purpose.SIGN_IN, entropy)
    return passkey.request_options(made, relying_party(settings), allowed=allowed, verify=not second)


def find_owner(flow: LoginFlow) -> str:
    """Whose the challenges of this attempt are."""
    return f"login:{flow.row.id}"


def key_protection(factor: Factor, *, attesting: bool) -> Key:
    """How the private key is kept, as far as somebody we believe says so."""
    if factor.attested and attesting:
        return Key.ATTESTED
    return Key.SYNCED if factor.backup_eligible else Key.POP


def verify_first_factor(
    tx: Transaction, flow: LoginFlow, answer: AuthenticatorResponse, *, browser_cookie: str | None, settings: Settings
) -> Result:
    """Judge an answer that also says who it is."""
    found = tx.factors.by_credential(answer.credential_id)
    user = tx.users.by_id(found.user_id) if found else None
    facts = _Facts(tx, flow, Event.PASSKEY, user.id if user else None)
    try:
        claim_challenge(tx, find_owner(flow), Purpose.SIGN_IN, answer)
        user = _whose(user, answer)
        proof = _use(tx, answer, found, user, settings)
    except Rejected as reason:
        return facts.refused(reason)
    facts.accepted()
    browser = devices.recognise_browser(tx, browser_cookie)
    device = browser.find_device(tx, user) if browser else None
    return _advance(tx, flow, user, (proof,), remember=False, device_id=device.id if device else None)


def verify_second_factor(
    tx: Transaction,
    flow: LoginFlow,
    person: Person,
    answer: AuthenticatorResponse,
    *,
    remember: bool,
    settings: Settings,
) -> Result:
    """Judge an answer that must be of this person's key; a key that keeps no names need not give one."""
    facts = _Facts(tx, flow, Event.SECOND_STEP, person.user.id)
    found = tx.factors.by_credential(answer.credential_id)
    try:
        claim_challenge(tx, find_owner(flow), Purpose.SIGN_IN, answer)
        user = _whose(person.user, answer, unnamed=True)
        proof = _use(tx, answer, found, user, settings)
    except Rejected as reason:
        return facts.refused(reason)
    facts.accepted()
    return _advance(tx, flow, user, (*flow.proofs, proof), remember=remember)


def _whose(user: User | None, answer: AuthenticatorResponse, *, unnamed: bool = False) -> User:
    if user is None or not user.active:
        raise Rejected("nobody's key, or that of a closed account")
    if answer.user_handle != user.id and not (unnamed and answer.user_handle is None):
        raise Rejected("the key names another person")
    return user


def _use(
    tx: Transaction, answer: AuthenticatorResponse, factor: Factor | None, user: User, settings: Settings
) -> Proof:
    """Check the signature, and see that the key's counter goes on."""
    if factor is None or factor.user_id != user.id:
        raise Rejected("another person's key")
    assertion = passkey.check_assertion(answer, factor, relying_party(settings))
    if not tx.factors.use_passkey(factor.id, sign_count=assertion.sign_count, backed_up=assertion.backed_up):
        raise Rejected("the key's counter did not go on: there may be a copy of it")
    return Proof(
        Method.PASSKEY,
        factor.id,
        tx.now,
        verified=assertion.verified,
        key=key_protection(factor, attesting=settings.attesting),
    )


def _advance(
    tx: Transaction,
    flow: LoginFlow,
    user: User,
    proofs: tuple[Proof, ...],
    **more: bool | str | None,
) -> Result:
    rows = to_rows(proofs)
    advanced = tx.login_flows.advance(flow.row, user_id=user.id, epoch=user.epoch, proofs=rows, **more)
    return Result.RIGHT if advanced else Result.CONFLICT


@dataclass(frozen=True)
class _Facts:
    """What the audit trail is told about a try."""

    tx: Transaction
    flow: LoginFlow
    event: Event
    user_id: str | None

    def accepted(self) -> None:
        self._record(Outcome.SUCCESS, None)

    def refused(self, reason: Rejected) -> Result:
        self._record(Outcome.FAILURE, str(reason))
        return Result.WRONG

    def _record(self, outcome: Outcome, reason: str | None) -> None:
        client_id = self.flow.row.client_id
        audit.record(
            self.tx,
            self.event,
            outcome,
            user_id=self.user_id,
            client_id=client_id,
            method=Method.PASSKEY,
            reason=reason,
        )
