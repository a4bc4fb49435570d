"""Sign-ins of devices without a keyboard, approved on another device (RFC 8628)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, String, Table, or_, select, update

from idp.persistence.base import METADATA, Store, given

SLOWER = 5
"""Seconds by which the interval grows when a device polls too soon (RFC 8628 section 3.5)."""

device_authorizations = Table(
    "device_authorizations",
    METADATA,
    Column("device_code_digest", String, primary_key=True),
    Column("user_code_digest", String, unique=True, nullable=False),
    Column("client_id", String, ForeignKey("clients.client_id", ondelete="CASCADE"), index=True, nullable=False),
    Column("scopes", JSON, nullable=False),
    Column("address", String, nullable=False),
    Column("interval", BigInteger, nullable=False),
    Column("expires_at", BigInteger, index=True, nullable=False),
    Column("resources", JSON, nullable=False),
    Column("authorization_details", JSON, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("polled_at", BigInteger),
    Column("decided_at", BigInteger),
    Column("denied", Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class DeviceAuthorization:
    """One request of a device, and what the person decided.

    When the person approves it, a grant is stored whose `code_digest` is the `device_code_digest`, so that the device
    code is claimed as an authorization code is. `address` is where the device asked from, `interval` is the seconds it
    must wait between polls.
    """

    device_code_digest: str
    user_code_digest: str
    client_id: str
    scopes: list[str]
    address: str
    interval: int
    expires_at: int
    resources: list[str] = field(default_factory=list)
    authorization_details: list[dict[str, Any]] = field(default_factory=list)
    created_at: int = 0
    polled_at: int | None = None
    decided_at: int | None = None
    denied: bool = False


OF_DEVICE_CODE = device_authorizations.c.device_code_digest == given("device_code")
UNDECIDED = (device_authorizations.c.decided_at.is_(None), device_authorizations.c.expires_at > given("now"))
OPEN_BY_USER_CODE = select(device_authorizations).where(
    device_authorizations.c.user_code_digest == given("user_code"), *UNDECIDED
)
BY_DEVICE_CODE = select(device_authorizations).where(OF_DEVICE_CODE)
OPEN_BY_DEVICE_CODE = BY_DEVICE_CODE.where(*UNDECIDED)
DECIDE = (
    update(device_authorizations)
    .where(OF_DEVICE_CODE, *UNDECIDED)
    .values(decided_at=given("now"), denied=given("denied"))
)
IN_TIME = or_(
    device_authorizations.c.decided_at.is_not(None),
    device_authorizations.c.polled_at.is_(None),
    device_authorizations.c.polled_at + device_authorizations.c.interval <= given("now"),
)
POLL = (
    update(device_authorizations)
    .where(OF_DEVICE_CODE, IN_TIME)
    .values(polled_at=given("now"))
    .returning(device_authorizations)
)
SLOW_DOWN = (
    update(device_authorizations)
    .where(OF_DEVICE_CODE)
    .values(polled_at=given("now"), interval=device_authorizations.c.interval + SLOWER)
)


class DeviceAuthorizationStore(Store):
    """Stores what devices asked for."""

    def add(self, wanted: DeviceAuthorization) -> None:
        """Store a new request."""
        self._db.insert(device_authorizations, replace(wanted, created_at=self._now))

    def open_by_user_code(self, user_code: str) -> DeviceAuthorization | None:
        """Return the request that waits for a decision under this user code (a digest)."""
        return self._db.one(DeviceAuthorization, OPEN_BY_USER_CODE, user_code=user_code, now=self._now)

    def open_by_device_code(self, device_code: str) -> DeviceAuthorization | None:
        """Return the request of this device code (a digest), while it waits for a decision."""
        return self._db.one(DeviceAuthorization, OPEN_BY_DEVICE_CODE, device_code=device_code, now=self._now)

    def decide(self, device_code: str, *, denied: bool) -> bool:
        """Store the decision; True for exactly one caller before it expires."""
        return self._db.change(DECIDE, device_code=device_code, denied=denied, now=self._now) == 1

    def poll(self, device_code: str) -> DeviceAuthorization | None:
        """Record that the device asked, and return its request; None when it asked too soon, or there is none."""
        return self._db.claim(DeviceAuthorization, POLL, device_code=device_code, now=self._now)

    def by_device_code(self, device_code: str) -> DeviceAuthorization | None:
        """Return the request of this device code (a digest), whatever became of it."""
        return self._db.one(DeviceAuthorization, BY_DEVICE_CODE, device_code=device_code)

    def slow_down(self, device_code: str) -> None:
        """Let the device wait longer between polls, since it asked too soon."""
        self._db.change(SLOW_DOWN, device_code=device_code, now=self._now)
