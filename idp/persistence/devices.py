"""Browsers, and each person's known and remembered devices."""

from __future__ import annotations

from sqlalchemy import ColumnElement, ForeignKey, UniqueConstraint, and_, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.persistence.base import Base, Store


class Browser(Base):
    """A browser, recognised by its own rotating secret.

    The previous secret stays valid briefly, so that two tabs may race. An older one is a copy: whoever presents it, the
    browser is no longer trusted.
    """

    __tablename__ = "browsers"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret_digest: Mapped[str]
    previous_digest: Mapped[str | None]
    rotated_at: Mapped[int]
    created_at: Mapped[int]
    last_seen_at: Mapped[int]


class Device(Base):
    """One person on one browser.

    The row makes the browser *known*: it has its own throttle bucket. It is *remembered* while `trusted_until` is in
    the future and `trust_epoch` is the person's epoch. `trusted_at` is when the second factor was given (seconds, UTC).
    The end is absolute; use does not extend it.
    """

    __tablename__ = "devices"
    __table_args__ = (UniqueConstraint("user_id", "browser_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    browser_id: Mapped[str] = mapped_column(ForeignKey("browsers.id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    first_seen_at: Mapped[int]
    last_seen_at: Mapped[int] = mapped_column(index=True)
    trusted_at: Mapped[int | None]
    trusted_until: Mapped[int | None]
    trust_epoch: Mapped[int | None]

    def trusted(self, *, epoch: int, now: int) -> bool:
        """Whether the second step may be skipped now; false from `trusted_until` on."""
        return self.trusted_until is not None and now < self.trusted_until and self.trust_epoch == epoch

    @property
    def trust_id(self) -> str:
        """Return an id of this period of trust: proofs from an ended one do not count."""
        return f"{self.id}@{self.trusted_at}"


class DeviceStore(Store):
    """Stores browsers and devices."""

    def browser(self, browser_id: str) -> Browser | None:
        """Return the browser of this public id; the caller checks its secret."""
        return self._session.get(Browser, browser_id, populate_existing=True)

    def add_browser(self, browser_id: str, secret_digest: str) -> None:
        """Insert a new browser."""
        now = self._now
        self._session.add(
            Browser(id=browser_id, secret_digest=secret_digest, rotated_at=now, created_at=now, last_seen_at=now)
        )
        self._session.flush()

    def rotate_secret(self, browser: Browser, secret_digest: str) -> bool:
        """Replace the browser's secret; False when a concurrent request did it first."""
        query = update(Browser).where(Browser.id == browser.id, Browser.secret_digest == browser.secret_digest)
        values = {"secret_digest": secret_digest, "previous_digest": browser.secret_digest}
        return self._execute(query.values(**values, rotated_at=self._now, last_seen_at=self._now)) == 1

    def find(self, user_id: str, browser_id: str) -> Device | None:
        """Return this person's device on this browser."""
        return self._session.scalar(select(Device).where(Device.user_id == user_id, Device.browser_id == browser_id))

    def by_id(self, device_id: str) -> Device | None:
        """Return a device."""
        return self._session.get(Device, device_id, populate_existing=True)

    def record_seen(self, device: Device) -> None:
        """Record a finished sign-in of this person on this browser."""
        table = self._upsert(Device)
        columns = ("id", "user_id", "browser_id", "name")
        values = {name: getattr(device, name) for name in columns}
        insert = table.values(**values, first_seen_at=self._now, last_seen_at=self._now)
        update_set = {"last_seen_at": self._now, "name": device.name}
        self._session.execute(insert.on_conflict_do_update(index_elements=["user_id", "browser_id"], set_=update_set))

    def remove(self, device_id: str) -> bool:
        """Delete a device: the browser is unknown again."""
        return self._execute(delete(Device).where(Device.id == device_id)) == 1

    def trust(self, user_id: str, browser_id: str, *, proven_at: int, until: int, epoch: int) -> None:
        """Remember the device: the second step may be skipped until `until`."""
        query = update(Device).where(Device.user_id == user_id, Device.browser_id == browser_id)
        self._execute(query.values(trusted_at=proven_at, trusted_until=until, trust_epoch=epoch))

    def for_user(self, user_id: str) -> list[Device]:
        """List a person's devices, last used first."""
        query = select(Device).where(Device.user_id == user_id)
        return list(self._session.scalars(query.order_by(Device.last_seen_at.desc())))

    def trusted_for_user(self, user_id: str, epoch: int) -> list[Device]:
        """List a person's remembered devices, last used first."""
        live = and_(Device.trusted_until > self._now, Device.trust_epoch == epoch)
        query = select(Device).where(Device.user_id == user_id, live).order_by(Device.last_seen_at.desc())
        return list(self._session.scalars(query))

    def distrust(
        self, *, user_id: str | None = None, device_id: str | None = None, browser_id: str | None = None
    ) -> int:
        """Forget remembered devices of a person, by id, or of everybody on a browser."""
        conditions: list[ColumnElement[bool]] = [Device.trusted_until.is_not(None)]
        wanted = ((Device.user_id, user_id), (Device.id, device_id), (Device.browser_id, browser_id))
        conditions += [column == value for column, value in wanted if value is not None]
        nothing = {"trusted_at": None, "trusted_until": None, "trust_epoch": None}
        return self._execute(update(Device).where(*conditions).values(**nothing))
