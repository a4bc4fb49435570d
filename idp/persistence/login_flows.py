"""Login transactions: one attempt to prove who is at one browser, for one door."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ColumnElement, ForeignKey, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class LoginFlowRow(Base):
    """A sign-in under way.

    `browser_digest` binds it to the cookie of the browser that began it, so that a copied address opens nothing.
    `door` is what waits behind it (`authorize` or `account`), `request` the frozen request to that door, `demand` what
    the door asks (a `Demand` as JSON), `return_to` the path that leads back to it. `proofs` are what this
    attempt has collected; `epoch` is the person's epoch at the first of them.
    """

    __tablename__ = "login_flows"

    id: Mapped[str] = mapped_column(primary_key=True)
    browser_digest: Mapped[str] = mapped_column(index=True)
    initiator: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    requirement: Mapped[dict[str, Any]] = mapped_column(JSON)
    return_to: Mapped[str]
    client_id: Mapped[str | None]
    login_hint: Mapped[str | None]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    epoch: Mapped[int | None]
    device_id: Mapped[str | None]
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    remember: Mapped[bool] = mapped_column(default=False)
    must_choose: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    cancelled_at: Mapped[int | None]
    finished_at: Mapped[int | None]

    def open_at(self, now: int) -> bool:
        """Whether the attempt can still go on (`now` in seconds, UTC)."""
        return self.finished_at is None and self.cancelled_at is None and now < self.expires_at


class LoginFlowStore(Store):
    """Beginning, advancing and closing sign-ins."""

    def begin(self, row: LoginFlowRow) -> None:
        """Keep a new attempt."""
        row.created_at = self._now
        self._session.add(row)
        self._session.flush()

    def by_id(self, flow_id: str) -> LoginFlowRow | None:
        """The attempt of this name: open, closed or expired."""
        return self._session.get(LoginFlowRow, flow_id, populate_existing=True)

    def lock(self, browser_digest: str) -> None:
        """Make every other request that would move an attempt of this browser wait until this transaction ends.

        Proving something moves all of them (`rebind`); taken in one order, two tabs cannot block each other for good.
        """
        query = select(LoginFlowRow.id).where(
            LoginFlowRow.browser_digest == browser_digest, LoginFlowRow.finished_at.is_(None)
        )
        self._session.execute(query.order_by(LoginFlowRow.id).with_for_update())

    def advance(self, row: LoginFlowRow, **values: Any) -> bool:
        """Record progress on an open attempt; False when another request advanced or closed it first.

        What was read decides what is written, so the write holds only for the version that was read.
        """
        query = update(LoginFlowRow).where(
            LoginFlowRow.id == row.id, LoginFlowRow.version == row.version, *self._still_open()
        )
        if not self._changed(query.values(version=row.version + 1, **values)):
            return False
        self._session.refresh(row)
        return True

    def cancel(self, row: LoginFlowRow) -> bool:
        """The person walked away; the door is still to be told."""
        return self.advance(row, cancelled_at=self._now)

    def rebind(self, old_digest: str, new_digest: str) -> None:
        """Something was proven: every attempt of this browser moves to its new cookie, and the old one is dead."""
        query = update(LoginFlowRow).where(
            LoginFlowRow.browser_digest == old_digest, LoginFlowRow.finished_at.is_(None)
        )
        self._changed(query.values(browser_digest=new_digest))

    def finish(self, flow_id: str) -> bool:
        """Close an attempt, cancelled or not: exactly one caller is told True."""
        query = update(LoginFlowRow).where(
            LoginFlowRow.id == flow_id, LoginFlowRow.finished_at.is_(None), LoginFlowRow.expires_at > self._now
        )
        return self._changed(query.values(finished_at=self._now)) == 1

    def _still_open(self) -> tuple[ColumnElement[bool], ...]:
        return (
            LoginFlowRow.finished_at.is_(None),
            LoginFlowRow.cancelled_at.is_(None),
            LoginFlowRow.expires_at > self._now,
        )
