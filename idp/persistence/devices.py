"""Browsers, and each person's known and remembered devices."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    String,
    Table,
    UniqueConstraint,
    and_,
    delete,
    select,
    update,
)

from idp.persistence.base import METADATA, Store, given, pair, pair_or_none, upsert

browsers = Table(
    "browsers",
    METADATA,
    Column("id", String, primary_key=True),
    Column("secret_digest", String, nullable=False),
    Column("rotated_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, nullable=False),
    Column("previous_digest", String),
    Column("created_at", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """A browser, recognised by its own rotating secret.

    The previous secret stays valid briefly, so that two tabs may race. An older one is a copy: whoever presents it, the
    browser is no longer trusted.
    """

    id: str
    secret_digest: str
    rotated_at: int
    last_seen_at: int
    previous_digest: str | None = None
    created_at: int = 0


devices = Table(
    "devices",
    METADATA,
    Column("id", String, primary_key=True),
    Column("user_id", String, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("browser_id", String, ForeignKey("browsers.id", ondelete="CASCADE"), index=True, nullable=False),
    Column("name", String, nullable=False),
    Column("first_seen_at", BigInteger, nullable=False),
    Column("last_seen_at", BigInteger, index=True, nullable=False),
    Column("trusted_at", BigInteger),
    Column("trusted_until", BigInteger),
    Column("trust_epoch", BigInteger),
    UniqueConstraint("user_id", "browser_id"),
)
REMEMBERED = devices.c.trusted_at.is_not(None)
Index("ix_devices_trusted", devices.c.trusted_at, devices.c.id, sqlite_where=REMEMBERED, postgresql_where=REMEMBERED)


@dataclass(frozen=True, slots=True)
class Device:
    """One person on one browser.

    The row makes the browser *known*: it has its own throttle bucket. It is *remembered* while `trusted_until` is in
    the future and `trust_epoch` is the person's epoch. `trusted_at` is when the second factor was given (seconds, UTC).
    The end is absolute; use does not extend it.
    """

    id: str
    user_id: str
    browser_id: str
    name: str
    first_seen_at: int = 0
    last_seen_at: int = 0
    trusted_at: int | None = None
    trusted_until: int | None = None
    trust_epoch: int | None = None

    def trusted(self, *, epoch: int, now: int) -> bool:
        """Whether the second step may be skipped now; false from `trusted_until` on."""
        return self.trusted_until is not None and now < self.trusted_until and self.trust_epoch == epoch

    @property
    def trust_id(self) -> str:
        """Return an id of this period of trust: proofs from an ended one do not count."""
        return _trust_id(self.id, self.trusted_at)


def _trust_id(device_id: str, trusted_at: int | None) -> str:
    return f"{device_id}@{trusted_at}"


BROWSER = select(browsers).where(browsers.c.id == given("browser_id"))
WITH_BROWSER = BROWSER.add_columns(*devices.c).outerjoin(
    devices, and_(devices.c.browser_id == browsers.c.id, devices.c.user_id == given("user_id"))
)
OF_BROWSER = (
    BROWSER.add_columns(*devices.c)
    .join(devices, devices.c.browser_id == browsers.c.id)
    .order_by(devices.c.last_seen_at.desc())
    .limit(given("most"))
)
ROTATE_SECRET = (
    update(browsers)
    .where(browsers.c.id == given("browser_id"), browsers.c.secret_digest == given("previous_digest"))
    .values(secret_digest=given("secret_digest"), previous_digest=given("previous_digest"))
    .values(rotated_at=given("now"), last_seen_at=given("now"))
)
BY_ID = select(devices).where(devices.c.id == given("device_id"))
FOR_USER = select(devices).where(devices.c.user_id == given("user_id")).order_by(devices.c.last_seen_at.desc())
TRUSTED_FOR_USER = FOR_USER.where(devices.c.trusted_until > given("now"), devices.c.trust_epoch == given("epoch"))
TRUST_PERIODS = TRUSTED_FOR_USER.with_only_columns(devices.c.id, devices.c.trusted_at)
RECORD_SEEN = (
    upsert(devices)
    .values({name: given(name) for name in ("id", "user_id", "browser_id", "name")})
    .values(first_seen_at=given("now"), last_seen_at=given("now"))
    .on_conflict_do_update(
        index_elements=["user_id", "browser_id"], set_={"last_seen_at": given("now"), "name": given("name")}
    )
    .returning(devices)
)
REMOVE = delete(devices).where(devices.c.id == given("device_id"))
TRUST = (
    update(devices)
    .where(devices.c.user_id == given("user_id"), devices.c.browser_id == given("browser_id"))
    .values(trusted_at=given("proven_at"), trusted_until=given("until"), trust_epoch=given("epoch"))
)
DISTRUST = (
    update(devices)
    .where(devices.c.trusted_until.is_not(None))
    .values(trusted_at=None, trusted_until=None, trust_epoch=None)
)


class DeviceStore(Store):
    """Stores browsers and devices."""

    def browser(self, browser_id: str) -> Browser | None:
        """Return the browser of this public id; the caller checks its secret."""
        return self._db.one_or_none(Browser, BROWSER, browser_id=browser_id)

    def add_browser(self, browser_id: str, secret_digest: str) -> None:
        """Insert a new browser."""
        now = self._now
        new = Browser(id=browser_id, secret_digest=secret_digest, rotated_at=now, created_at=now, last_seen_at=now)
        self._db.insert(browsers, new)

    def rotate_secret(self, browser: Browser, secret_digest: str) -> bool:
        """Replace the browser's secret; False when a concurrent request did it first."""
        digests = {"secret_digest": secret_digest, "previous_digest": browser.secret_digest}
        return self._db.change(ROTATE_SECRET, browser_id=browser.id, **digests, now=self._now) == 1

    def with_browser(self, browser_id: str, user_id: str) -> tuple[Browser | None, Device | None]:
        """Return the browser of this public id, whose secret the caller checks, and this person's device on it."""
        return pair_or_none(self._db.row(WITH_BROWSER, browser_id=browser_id, user_id=user_id), Browser, Device)

    def of_browser(self, browser_id: str, *, limit: int) -> list[tuple[Browser, Device]]:
        """List who used the browser of this public id, last used first; the caller checks its secret."""
        rows = self._db.rows(OF_BROWSER, browser_id=browser_id, most=limit)
        return [found for row in rows if (found := pair(row, Browser, Device))]

    def by_id(self, device_id: str) -> Device | None:
        """Return a device."""
        return self._db.one_or_none(Device, BY_ID, device_id=device_id)

    def record_seen(self, device: Device) -> Device:
        """Record a finished sign-in of this person on this browser; return the device that is stored, old or new."""
        values = {name: getattr(device, name) for name in ("id", "user_id", "browser_id", "name")}
        stored = self._db.claim(Device, RECORD_SEEN, **values, now=self._now)
        if stored is None:
            message = "an upsert without a condition returned no row"
            raise LookupError(message)
        return stored

    def remove(self, device_id: str) -> bool:
        """Delete a device: the browser is unknown again."""
        return self._db.change(REMOVE, device_id=device_id) == 1

    def trust(self, user_id: str, browser_id: str, *, proven_at: int, until: int, epoch: int) -> None:
        """Remember the device: the second step may be skipped until `until`."""
        period = {"proven_at": proven_at, "until": until, "epoch": epoch}
        self._db.change(TRUST, user_id=user_id, browser_id=browser_id, **period)

    def for_user(self, user_id: str) -> list[Device]:
        """List a person's devices, last used first."""
        return self._db.all(Device, FOR_USER, user_id=user_id)

    def trusted_for_user(self, user_id: str, epoch: int) -> list[Device]:
        """List a person's remembered devices, last used first."""
        return self._db.all(Device, TRUSTED_FOR_USER, user_id=user_id, epoch=epoch, now=self._now)

    def trust_ids(self, user_id: str, epoch: int) -> frozenset[str]:
        """Return the `trust_id`s of a person's remembered devices."""
        rows = self._db.rows(TRUST_PERIODS, user_id=user_id, epoch=epoch, now=self._now)
        return frozenset(_trust_id(*row) for row in rows)

    def distrust(
        self, *, user_id: str | None = None, device_id: str | None = None, browser_id: str | None = None
    ) -> int:
        """Forget remembered devices of a person, by id, or of everybody on a browser."""
        wanted = ((devices.c.user_id, user_id), (devices.c.id, device_id), (devices.c.browser_id, browser_id))
        return self._db.change(DISTRUST.where(*(column == value for column, value in wanted if value is not None)))
