"""Login flows: one sign-in in progress at one browser."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Table,
    and_,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from idp.persistence.base import METADATA, Store, given, pair_or_none
from idp.persistence.sign_in_facts import SignInFacts, split_facts, with_facts
from idp.persistence.users import User, users

login_flows = Table(
    "login_flows",
    METADATA,
    Column("id", String, primary_key=True),
    Column("browser_digest", String, index=True, nullable=False),
    Column("initiator", String, nullable=False),
    Column("request", JSON, nullable=False),
    Column("requirement", JSON, nullable=False),
    Column("return_to", String, nullable=False),
    Column("proofs", JSON, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("previous_digest", String, index=True),
    Column("sealed_answer", String),
    Column("client_id", String),
    Column("network", String),
    Column("login_hint", String),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), index=True),
    Column("epoch", BigInteger),
    Column("device_id", String),
    Column("remember", Boolean, nullable=False),
    Column("keep_signed_in", Boolean, nullable=False),
    Column("must_choose", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("cancelled_at", BigInteger),
    Column("finished_at", BigInteger),
    Index(
        "ix_login_flows_unproven",
        "network",
        "created_at",
        sqlite_where=text("user_id IS NULL"),
        postgresql_where=text("user_id IS NULL"),
    ),
)


@dataclass(frozen=True, slots=True)
class LoginFlowRow:
    """A login flow in progress.

    `browser_digest` binds it to the cookie of the browser that started it, so that a copied URL is useless. `initiator`
    is one of `login.state.initiators`, `request` the stored request, `requirement` an `AuthRequirement` as JSON,
    `return_to` the path to continue at. `proofs` are those collected so far; `epoch` is the person's epoch at the
    first of them.

    `previous_digest` is that of the cookie before the last rotation. It opens the flow as well, unless a proof in this
    flow caused that rotation; then `sealed_answer` is what the browser was answered (`login.flow.answers`).

    `network` is where it was started. It is *unproven* while it has no `user_id`, which comes with the first proof.
    """

    id: str
    browser_digest: str
    initiator: str
    request: dict[str, Any]
    requirement: dict[str, Any]
    return_to: str
    proofs: list[dict[str, Any]]
    expires_at: int
    previous_digest: str | None = None
    sealed_answer: str | None = None
    client_id: str | None = None
    network: str | None = None
    login_hint: str | None = None
    user_id: str | None = None
    epoch: int | None = None
    device_id: str | None = None
    remember: bool = False
    keep_signed_in: bool = False
    must_choose: bool = False
    version: int = 1
    created_at: int = 0
    cancelled_at: int | None = None
    finished_at: int | None = None

    def open_at(self, now: int) -> bool:
        """Whether the flow is still open (`now` in seconds, UTC)."""
        return self.finished_at is None and self.cancelled_at is None and now < self.expires_at


def _opened_by(browser_digest: BindParameter[str]) -> ColumnElement[bool]:
    previous = and_(login_flows.c.previous_digest == browser_digest, login_flows.c.sealed_answer.is_(None))
    return or_(login_flows.c.browser_digest == browser_digest, previous)


OF_ID = login_flows.c.id == given("flow_id")
UNFINISHED = login_flows.c.finished_at.is_(None)
OPEN = (UNFINISHED, login_flows.c.cancelled_at.is_(None), login_flows.c.expires_at > given("now"))
RECENT_OF_NETWORK = select(func.count()).where(
    login_flows.c.network == given("network"),
    login_flows.c.user_id.is_(None),
    login_flows.c.created_at > given("since"),
)
ADD = insert(login_flows).from_select(
    [column.name for column in login_flows.c],
    select(*(given(column.name, column) for column in login_flows.c)).where(
        RECENT_OF_NETWORK.scalar_subquery() < given("most_unproven")
    ),
)
OTHERS_OF_BROWSER = (
    login_flows.c.browser_digest == given("browser"),
    login_flows.c.user_id.is_(None),
    login_flows.c.id != given("flow_id"),
    *OPEN,
)
NEWEST = select(login_flows.c.id).where(*OTHERS_OF_BROWSER).order_by(login_flows.c.created_at.desc(), login_flows.c.id)
END_OLDER = (
    update(login_flows)
    .where(*OTHERS_OF_BROWSER, login_flows.c.id.not_in(NEWEST.limit(given("others"))))
    .values(request={}, login_hint=None, expires_at=given("now"))
)
BY_ID = select(login_flows).where(OF_ID)
WITH_PERSON = with_facts(
    select(login_flows, users)
    .select_from(login_flows)
    .outerjoin(users, users.c.id == login_flows.c.user_id)
    .where(OF_ID)
)
LOCK = select(login_flows).where(_opened_by(given("browser")), UNFINISHED).order_by(login_flows.c.id).with_for_update()
ADVANCE = (
    update(login_flows)
    .where(OF_ID, login_flows.c.version == given("version"), *OPEN)
    .values(version=login_flows.c.version + 1)
    .returning(login_flows)
)
REBIND = (
    update(login_flows)
    .where(or_(OF_ID, and_(_opened_by(given("old")), UNFINISHED)))
    .values(
        browser_digest=given("new"),
        previous_digest=case((OF_ID, given("old", login_flows.c.previous_digest)), else_=login_flows.c.browser_digest),
        sealed_answer=case((OF_ID, given("sealed_answer", login_flows.c.sealed_answer)), else_=None),
    )
)
FINISH = (
    update(login_flows)
    .where(OF_ID, UNFINISHED, login_flows.c.expires_at > given("now"))
    .values(finished_at=given("now"))
)
CLAIM_FINISHED = delete(login_flows).where(OF_ID, login_flows.c.finished_at.is_not(None))


class LoginFlowStore(Store):
    """Stores login flows."""

    def add(self, flow: LoginFlowRow, *, most_unproven: int, since: int) -> LoginFlowRow | None:
        """Store a new flow and return it.

        None when its network started `most_unproven` since then that are still unproven. One statement. Parallel
        requests do not see each other's rows, and can exceed the limit by as many as they are.
        """
        stored = replace(flow, created_at=self._now)
        values = {column.name: getattr(stored, column.name) for column in login_flows.c}
        return stored if self._db.change(ADD, **values, most_unproven=most_unproven, since=since) else None

    def end_older(self, row: LoginFlowRow, *, keep: int) -> None:
        """End the unproven flows of this browser except its newest `keep`, and empty their requests; `row` stays."""
        self._db.change(END_OLDER, browser=row.browser_digest, flow_id=row.id, others=keep - 1, now=self._now)

    def by_id(self, flow_id: str) -> LoginFlowRow | None:
        """Return a flow: open, closed or expired."""
        return self._db.one_or_none(LoginFlowRow, BY_ID, flow_id=flow_id)

    def with_person(self, flow_id: str) -> tuple[LoginFlowRow | None, User | None, SignInFacts]:
        """Return a flow, open or not, its person, and what their sign-ins depend on."""
        row, facts = split_facts(self._db.rows(WITH_PERSON, flow_id=flow_id))
        return *pair_or_none(row, LoginFlowRow, User), facts

    def lock(self, flow_id: str, browser_digest: str) -> LoginFlowRow | None:
        """Lock the unfinished flows of this browser until the transaction ends; return the flow with this id.

        Each proof changes all of them (`rebind`); locking in one order prevents deadlocks between tabs. A flow that is
        not one of them is only read.
        """
        locked = self._db.lock(LoginFlowRow, LOCK, browser=browser_digest)
        return next((row for row in locked if row.id == flow_id), None) or self.by_id(flow_id)

    def advance(self, row: LoginFlowRow, **values: Any) -> LoginFlowRow | None:
        """Update an open flow and return it; None when another request changed it first.

        Optimistic locking: the write applies only to the version that was read.
        """
        statement = _advance(tuple(values))
        return self._db.claim(LoginFlowRow, statement, flow_id=row.id, version=row.version, now=self._now, **values)

    def keep_signed_in(self, row: LoginFlowRow, *, keep: bool) -> LoginFlowRow:
        """Store the choice to stay signed in when the browser is closed; return the flow as it is now."""
        return row if row.keep_signed_in is keep else self.advance(row, keep_signed_in=keep) or row

    def cancel(self, row: LoginFlowRow) -> bool:
        """Mark the flow as cancelled; its initiator has still to be informed."""
        return self.advance(row, cancelled_at=self._now) is not None

    def rebind(self, flow_id: str, old_digest: str, new_digest: str, *, sealed_answer: str) -> None:
        """Bind all flows of this browser to its new cookie after a proof.

        The old cookie still opens the others, whose proofs are those that it had before; in this one it is invalid.
        """
        self._db.change(REBIND, flow_id=flow_id, old=old_digest, new=new_digest, sealed_answer=sealed_answer)

    def finish(self, flow_id: str) -> bool:
        """Close a flow, cancelled or not; True for exactly one caller."""
        return self._db.change(FINISH, flow_id=flow_id, now=self._now) == 1

    def claim_finished(self, flow_id: str) -> bool:
        """Delete a finished flow, to use its re-authentication once; True for exactly one caller."""
        return self._db.change(CLAIM_FINISHED, flow_id=flow_id) == 1


@cache
def _advance(columns: tuple[str, ...]) -> ReturningUpdate[Any]:
    """Return the statement that changes these columns of a flow; there are few sets of them."""
    return ADVANCE.values({name: given(name) for name in columns})
