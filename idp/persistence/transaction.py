"""A transaction and its stores."""

from __future__ import annotations

from functools import cached_property

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
from idp.persistence.sent_codes import SentCodeStore
from idp.persistence.session_search import SessionSearch
from idp.persistence.sessions import SessionStore
from idp.persistence.sign_in_alert_links import AlertLinkStore
from idp.persistence.sign_in_facts import SignInFactStore
from idp.persistence.throttles import ThrottleStore
from idp.persistence.trusted_issuers import TrustedIssuerStore
from idp.persistence.user_contacts import UserContactStore
from idp.persistence.users import UserStore


class Transaction:
    """A database transaction with one store per aggregate.

    `now` (seconds, UTC) is read once, so that a request happens at one instant; `origin` is for the audit trail.
    """

    def __init__(self, db: Executor, now: int, origin: Origin) -> None:
        self._db = db
        self.now = now
        self.origin = origin

    @cached_property
    def users(self) -> UserStore:
        """People."""
        return UserStore(self._db, self.now)

    @cached_property
    def user_contacts(self) -> UserContactStore:
        """Addresses and numbers of people."""
        return UserContactStore(self._db, self.now)

    @cached_property
    def people(self) -> PeopleListStore:
        """Lists of people."""
        return PeopleListStore(self._db, self.now)

    @cached_property
    def groups(self) -> GroupStore:
        """Groups and their members."""
        return GroupStore(self._db, self.now)

    @cached_property
    def attributes(self) -> AttributeStore:
        """Declarations of people's attributes."""
        return AttributeStore(self._db, self.now)

    @cached_property
    def roles(self) -> RoleStore:
        """Roles of administrators."""
        return RoleStore(self._db, self.now)

    @cached_property
    def apis(self) -> ApiStore:
        """APIs that tokens are meant for."""
        return ApiStore(self._db, self.now)

    @cached_property
    def trusted_issuers(self) -> TrustedIssuerStore:
        """Issuers whose assertions stand for people."""
        return TrustedIssuerStore(self._db, self.now)

    @cached_property
    def device_authorizations(self) -> DeviceAuthorizationStore:
        """Sign-ins of devices without a keyboard."""
        return DeviceAuthorizationStore(self._db, self.now)

    @cached_property
    def ciba_requests(self) -> CibaRequestStore:
        """Authentication requests that clients send themselves."""
        return CibaRequestStore(self._db, self.now)

    @cached_property
    def registrations(self) -> RegistrationStore:
        """Accounts that are not created yet."""
        return RegistrationStore(self._db, self.now)

    @cached_property
    def factors(self) -> FactorStore:
        """Second factors."""
        return FactorStore(self._db, self.now)

    @cached_property
    def sign_in_facts(self) -> SignInFactStore:
        """What sign-ins of people depend on."""
        return SignInFactStore(self._db, self.now)

    @cached_property
    def policy(self) -> PolicyStore:
        """Rules of the sign-in policy."""
        return PolicyStore(self._db, self.now)

    @cached_property
    def preview(self) -> PreviewStore:
        """People by what their sign-ins depend on."""
        return PreviewStore(self._db, self.now)

    @cached_property
    def challenges(self) -> ChallengeStore:
        """Challenges for passkeys."""
        return ChallengeStore(self._db, self.now)

    @cached_property
    def sent_codes(self) -> SentCodeStore:
        """Codes sent to mailboxes and phones."""
        return SentCodeStore(self._db, self.now)

    @cached_property
    def recovery(self) -> RecoveryStore:
        """Recovery codes."""
        return RecoveryStore(self._db, self.now)

    @cached_property
    def devices(self) -> DeviceStore:
        """Browsers and remembered devices."""
        return DeviceStore(self._db, self.now)

    @cached_property
    def sessions(self) -> SessionStore:
        """Sessions."""
        return SessionStore(self._db, self.now)

    @cached_property
    def session_search(self) -> SessionSearch:
        """Search of everybody's sessions and remembered devices."""
        return SessionSearch(self._db, self.now)

    @cached_property
    def login_flows(self) -> LoginFlowStore:
        """Login flows."""
        return LoginFlowStore(self._db, self.now)

    @cached_property
    def clients(self) -> ClientStore:
        """Clients."""
        return ClientStore(self._db, self.now)

    @cached_property
    def client_logos(self) -> ClientLogoStore:
        """Logos of clients."""
        return ClientLogoStore(self._db, self.now)

    @cached_property
    def client_registrations(self) -> ClientRegistrationStore:
        """Clients that registered themselves, and initial access tokens."""
        return ClientRegistrationStore(self._db, self.now)

    @cached_property
    def consents(self) -> ConsentStore:
        """Consents."""
        return ConsentStore(self._db, self.now)

    @cached_property
    def revoked_tokens(self) -> RevokedTokenStore:
        """Access tokens that were revoked early."""
        return RevokedTokenStore(self._db, self.now)

    @cached_property
    def grants(self) -> GrantStore:
        """Authorizations and their codes."""
        return GrantStore(self._db, self.now)

    @cached_property
    def logout_clients(self) -> LogoutClientStore:
        """Clients that want to know of a sign-out."""
        return LogoutClientStore(self._db, self.now)

    @cached_property
    def pushed_requests(self) -> PushedRequestStore:
        """Authorization requests that clients pushed."""
        return PushedRequestStore(self._db, self.now)

    @cached_property
    def refresh_tokens(self) -> RefreshTokenStore:
        """Refresh tokens of grants."""
        return RefreshTokenStore(self._db, self.now)

    @cached_property
    def throttles(self) -> ThrottleStore:
        """Counters of attempts."""
        return ThrottleStore(self._db, self.now)

    @cached_property
    def replay(self) -> ReplayStore:
        """Ids of client assertions that were used."""
        return ReplayStore(self._db, self.now)

    @cached_property
    def dpop_proofs(self) -> DpopProofStore:
        """DPoP proofs that were used."""
        return DpopProofStore(self._db, self.now)

    @cached_property
    def audit(self) -> AuditStore:
        """Audit events; write through `idp.audit`."""
        return AuditStore(self._db, self.now)

    @cached_property
    def audit_chain(self) -> AuditChainStore:
        """The chain of the audit trail."""
        return AuditChainStore(self._db, self.now)

    @cached_property
    def audit_search(self) -> AuditSearch:
        """Search of the audit trail."""
        return AuditSearch(self._db, self.now)

    @cached_property
    def outbox(self) -> OutboxStore:
        """Messages to be delivered; `idp.messaging` enqueues them."""
        return OutboxStore(self._db, self.now)

    @cached_property
    def message_records(self) -> MessageRecordStore:
        """What was sent to whom."""
        return MessageRecordStore(self._db, self.now)

    @cached_property
    def figures(self) -> FigureStore:
        """Figures that are counted in the background."""
        return FigureStore(self._db, self.now)

    @cached_property
    def password_resets(self) -> PasswordResetStore:
        """Links to set a new password."""
        return PasswordResetStore(self._db, self.now)

    @cached_property
    def alert_links(self) -> AlertLinkStore:
        """Links that end a sign-in."""
        return AlertLinkStore(self._db, self.now)

    @cached_property
    def contact_changes(self) -> ContactChangeStore:
        """Changes of addresses and numbers."""
        return ContactChangeStore(self._db, self.now)

    @cached_property
    def jobs(self) -> JobStore:
        """Background work."""
        return JobStore(self._db, self.now)

    @cached_property
    def purge(self) -> PurgeStore:
        """Deletion of ended rows."""
        return PurgeStore(self._db, self.now)
