"""A transaction and its stores."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

from idp.kernel.request_origin import Origin
from idp.persistence.apis import ApiStore
from idp.persistence.assertion_replay import ReplayStore
from idp.persistence.attributes import AttributeStore
from idp.persistence.audit_chain import AuditChainStore
from idp.persistence.audit_events import AuditStore
from idp.persistence.audit_search import AuditSearch
from idp.persistence.background_jobs import JobStore
from idp.persistence.ciba_requests import CibaRequestStore
from idp.persistence.client_logos import ClientLogoStore
from idp.persistence.client_registrations import ClientRegistrationStore
from idp.persistence.clients import ClientStore
from idp.persistence.consents import ConsentStore
from idp.persistence.contact_changes import ContactChangeStore
from idp.persistence.device_authorizations import DeviceAuthorizationStore
from idp.persistence.devices import DeviceStore
from idp.persistence.dpop_proofs import DpopProofStore
from idp.persistence.executor import Executor
from idp.persistence.factors import FactorStore
from idp.persistence.figures import FigureStore
from idp.persistence.grants import GrantStore
from idp.persistence.groups import GroupStore
from idp.persistence.login_flows import LoginFlowStore
from idp.persistence.logout_clients import LogoutClientStore
from idp.persistence.message_records import MessageRecordStore
from idp.persistence.outbox import OutboxStore
from idp.persistence.passkey_challenges import ChallengeStore
from idp.persistence.password_resets import PasswordResetStore
from idp.persistence.people_lists import PeopleListStore
from idp.persistence.policy import PolicyStore
from idp.persistence.policy_preview import PreviewStore
from idp.persistence.purging import PurgeStore
from idp.persistence.pushed_requests import PushedRequestStore
from idp.persistence.recovery_codes import RecoveryStore
from idp.persistence.refresh_tokens import RefreshTokenStore
from idp.persistence.registrations import RegistrationStore
from idp.persistence.revoked_tokens import RevokedTokenStore
from idp.persistence.roles import RoleStore
from idp.persistence.sealed_values import SealedValueStore
from idp.persistence.sent_codes import SentCodeStore
from idp.persistence.session_search import SessionSearch
from idp.persistence.sessions import SessionStore
from idp.persistence.sign_in_alert_links import AlertLinkStore
from idp.persistence.sign_in_facts import SignInFactStore
from idp.persistence.throttles import ThrottleStore
from idp.persistence.trusted_issuers import TrustedIssuerStore
from idp.persistence.user_contacts import UserContactStore
from idp.persistence.users import UserStore

S = TypeVar("S")


def _store(kind: Callable[[Executor, int], S]) -> cached_property[S]:
    """Return the attribute that opens a store at its first use."""
    return cached_property(lambda tx: kind(tx._db, tx.now))  # noqa: SLF001 - of the class below


class Transaction:
    """A database transaction with one store per aggregate.

    `now` (seconds, UTC) is read once, so that a request happens at one instant; `origin` is for the audit trail.
    """

    def __init__(self, db: Executor, now: int, origin: Origin) -> None:
        self._db = db
        self.now = now
        self.origin = origin

    users = _store(UserStore)
    user_contacts = _store(UserContactStore)
    people = _store(PeopleListStore)
    groups = _store(GroupStore)
    attributes = _store(AttributeStore)
    roles = _store(RoleStore)
    apis = _store(ApiStore)
    trusted_issuers = _store(TrustedIssuerStore)
    device_authorizations = _store(DeviceAuthorizationStore)
    ciba_requests = _store(CibaRequestStore)
    registrations = _store(RegistrationStore)
    factors = _store(FactorStore)
    sign_in_facts = _store(SignInFactStore)
    policy = _store(PolicyStore)
    preview = _store(PreviewStore)
    challenges = _store(ChallengeStore)
    sent_codes = _store(SentCodeStore)
    recovery = _store(RecoveryStore)
    devices = _store(DeviceStore)
    sessions = _store(SessionStore)
    session_search = _store(SessionSearch)
    login_flows = _store(LoginFlowStore)
    clients = _store(ClientStore)
    client_logos = _store(ClientLogoStore)
    client_registrations = _store(ClientRegistrationStore)
    consents = _store(ConsentStore)
    revoked_tokens = _store(RevokedTokenStore)
    grants = _store(GrantStore)
    logout_clients = _store(LogoutClientStore)
    pushed_requests = _store(PushedRequestStore)
    refresh_tokens = _store(RefreshTokenStore)
    throttles = _store(ThrottleStore)
    replay = _store(ReplayStore)
    dpop_proofs = _store(DpopProofStore)
    audit = _store(AuditStore)
    audit_chain = _store(AuditChainStore)
    audit_search = _store(AuditSearch)
    outbox = _store(OutboxStore)
    message_records = _store(MessageRecordStore)
    figures = _store(FigureStore)
    password_resets = _store(PasswordResetStore)
    alert_links = _store(AlertLinkStore)
    contact_changes = _store(ContactChangeStore)
    jobs = _store(JobStore)
    purge = _store(PurgeStore)
    sealed_values = _store(SealedValueStore)
