"""Login transactions: one attempt to prove who is at one browser, for one door."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, ForeignKey, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Login(Base):
    """A sign-in under way.

    `browser_digest` binds it to the cookie of the browser that began it, so that a copied address opens nothing.
    `door` is what waits behind it (`authorize` or `account`), `request` the frozen request to that door. `proofs` are
    what this attempt has collected; `epoch` is the person's epoch at the first of them.
    """

    __tablename__ = "logins"

    id: Mapped[str] = mapped_column(primary_key=True)
    browser_digest: Mapped[str]
    door: Mapped[str]
    request: Mapped[dict[str, Any]] = mapped_column(JSON)
    client_id: Mapped[str | None]
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sid: Mapped[str | None]
    epoch: Mapped[int | None]
    device_id: Mapped[str | None]
    proofs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    remember: Mapped[bool] = mapped_column(default=False)
    account_chosen: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    finished_at: Mapped[int | None]


class LoginStore(Store):
    """Beginning, advancing and closing sign-ins."""

    def begin(self, login: Login) -> None:
        """Keep a new attempt."""
        login.created_at = self._now
        self._session.add(login)
        self._session.flush()

    def by_id(self, login_id: str) -> Login | None:
        """The attempt of this name: open, closed or expired."""
        return self._session.get(Login, login_id)

    def advance(self, login: Login, **values: Any) -> bool:  # noqa: ANN401 - the columns of Login
        """Record progress on an open attempt that nobody advanced meanwhile; False when it moved or closed."""
        query = update(Login).where(Login.id == login.id, Login.finished_at.is_(None), Login.expires_at > self._now)
        if not self._changed(query.values(**values)):
            return False
        self._session.refresh(login)
        return True

    def finish(self, login_id: str) -> bool:
        """Close an attempt: exactly one caller is told True."""
        query = update(Login).where(Login.id == login_id, Login.finished_at.is_(None), Login.expires_at > self._now)
        return self._changed(query.values(finished_at=self._now)) == 1

    def end_all_of(self, user_id: str, *, but: str | None = None) -> int:
        """Close every open attempt of this person, except perhaps the one that is asking."""
        query = update(Login).where(Login.user_id == user_id, Login.finished_at.is_(None))
        query = query if but is None else query.where(Login.id != but)
        return self._changed(query.values(finished_at=self._now))
