"""Login flows: one sign-in in progress at one browser."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    ForeignKey,
    Index,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class LoginFlowRow(Base):
    """A login flow in progress.

    `browser_digest` binds it to the cookie of the browser that started it, so that a copied URL is useless. `initiator`
    is what started it (`authorize` or `account`), `request` the stored request, `requirement` an `AuthRequirement` as
    JSON, `return_to` the path to continue at. `proofs` are those collected so far; `epoch` is the person's epoch at the
    first of them.

    `previous_digest` is that of the cookie before the last rotation. It opens the flow as well, unless a proof in this
    flow caused that rotation; then `sealed_answer` is what the browser was answered (`login.flow.answers`).

    `network` is where it was started. It is *unproven* while it has no `user_id`, which comes with the first proof.
    """

    __tablename__ = "login_flows"
    __table_args__ = (
        Index(
            "ix_login_flows_unproven",
            "network",
            "created_at",
            sqlite_where=text("user_id IS NULL"),
            postgresql_where=text("user_id IS NULL"),
        ),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    browser_digest: Mapped[str] = mapped_column(index=True)
    previous_digest: Mapped[str | None] = mapped_column(index=True)
    sealed_answer: Mapped[str | None]
    initiator: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    requirement: Mapped[dict[str, Any]] = mapped_column(JSON)
    return_to: Mapped[str]
    client_id: Mapped[str | None]
    network: Mapped[str | None]
    login_hint: Mapped[str | None]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int | None]
    device_id: Mapped[str | None]
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    remember: Mapped[bool] = mapped_column(default=False)
    keep_signed_in: Mapped[bool] = mapped_column(default=False)
    must_choose: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    cancelled_at: Mapped[int | None]
    finished_at: Mapped[int | None]

    def open_at(self, now: int) -> bool:
        """Whether the flow is still open (`now` in seconds, UTC)."""
        return self.finished_at is None and self.cancelled_at is None and now < self.expires_at


class LoginFlowStore(Store):
    """Stores login flows."""

    def add(self, *, most_unproven: int, since: int, **columns: Any) -> LoginFlowRow | None:
        """Store a new flow; None when its network started `most_unproven` since then that are still unproven.

        One statement. Parallel requests do not see each other's rows, and can exceed the limit by as many as they are.
        """
        values = columns | {"created_at": self._now, "version": 1, "remember": False, "keep_signed_in": False}
        table = LoginFlowRow.__table__.c
        recent = select(func.count()).where(
            LoginFlowRow.network == columns["network"], LoginFlowRow.user_id.is_(None), LoginFlowRow.created_at > since
        )
        row = select(*(literal(value, table[name].type) for name, value in values.items()))
        query = insert(LoginFlowRow).from_select(list(values), row.where(recent.scalar_subquery() < most_unproven))
        return self._session.scalar(query.returning(LoginFlowRow))

    def end_older(self, row: LoginFlowRow, *, keep: int) -> None:
        """End the unproven flows of this browser except its newest `keep`, and empty their requests; `row` stays."""
        others = (
            LoginFlowRow.browser_digest == row.browser_digest,
            LoginFlowRow.user_id.is_(None),
            LoginFlowRow.id != row.id,
        )
        open_ones = select(LoginFlowRow.id).where(*others, *self._still_open())
        newest = open_ones.order_by(LoginFlowRow.created_at.desc(), LoginFlowRow.id).limit(keep - 1)
        query = update(LoginFlowRow).where(*others, *self._still_open(), LoginFlowRow.id.not_in(newest))
        self._execute(query.values(request={}, login_hint=None, expires_at=self._now))

    def by_id(self, flow_id: str) -> LoginFlowRow | None:
        """Return a flow: open, closed or expired."""
        return self._session.get(LoginFlowRow, flow_id, populate_existing=True)

    def lock(self, browser_digest: str) -> None:
        """Lock the unfinished flows of this browser until the transaction ends.

        Each proof changes all of them (`rebind`); locking in one order prevents deadlocks between tabs.
        """
        query = select(LoginFlowRow.id).where(_opened_by(browser_digest), LoginFlowRow.finished_at.is_(None))
        self._session.execute(query.order_by(LoginFlowRow.id).with_for_update())

    def advance(self, row: LoginFlowRow, **values: Any) -> bool:
        """Update an open flow; False when another request changed it first.

        Optimistic locking: the write applies only to the version that was read.
        """
        query = update(LoginFlowRow).where(
            LoginFlowRow.id == row.id, LoginFlowRow.version == row.version, *self._still_open()
        )
        if not self._execute(query.values(version=row.version + 1, **values)):
            return False
        self._session.refresh(row)
        return True

    def keep_signed_in(self, row: LoginFlowRow, *, keep: bool) -> None:
        """Store the choice to stay signed in when the browser is closed."""
        if row.keep_signed_in is not keep:
            self.advance(row, keep_signed_in=keep)

    def cancel(self, row: LoginFlowRow) -> bool:
        """Mark the flow as cancelled; its initiator has still to be informed."""
        return self.advance(row, cancelled_at=self._now)

    def rebind(self, flow_id: str, old_digest: str, new_digest: str, *, sealed_answer: str) -> None:
        """Bind all flows of this browser to its new cookie after a proof.

        The old cookie still opens the others, whose proofs are those that it had before; in this one it is invalid.
        """
        others = update(LoginFlowRow).where(
            _opened_by(old_digest), LoginFlowRow.finished_at.is_(None), LoginFlowRow.id != flow_id
        )
        moved = {"previous_digest": LoginFlowRow.browser_digest, "browser_digest": new_digest, "sealed_answer": None}
        self._execute(others.values(moved))
        proven = {"previous_digest": old_digest, "browser_digest": new_digest, "sealed_answer": sealed_answer}
        self._execute(update(LoginFlowRow).where(LoginFlowRow.id == flow_id).values(proven))

    def finish(self, flow_id: str) -> bool:
        """Close a flow, cancelled or not; True for exactly one caller."""
        query = update(LoginFlowRow).where(
            LoginFlowRow.id == flow_id, LoginFlowRow.finished_at.is_(None), LoginFlowRow.expires_at > self._now
        )
        return self._execute(query.values(finished_at=self._now)) == 1

    def claim_finished(self, flow_id: str) -> bool:
        """Delete a finished flow, to use its re-authentication once; True for exactly one caller."""
        query = delete(LoginFlowRow).where(LoginFlowRow.id == flow_id, LoginFlowRow.finished_at.is_not(None))
        return self._execute(query) == 1

    def _still_open(self) -> tuple[ColumnElement[bool], ...]:
        return (
            LoginFlowRow.finished_at.is_(None),
            LoginFlowRow.cancelled_at.is_(None),
            LoginFlowRow.expires_at > self._now,
        )


def _opened_by(browser_digest: str) -> ColumnElement[bool]:
    previous = and_(LoginFlowRow.previous_digest == browser_digest, LoginFlowRow.sealed_answer.is_(None))
    return or_(LoginFlowRow.browser_digest == browser_digest, previous)
