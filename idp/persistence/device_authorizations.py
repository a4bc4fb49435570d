"""Sign-ins of devices without a keyboard, approved on another device (RFC 8628)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, String, Table, select

from idp.persistence.base import METADATA, given
from idp.persistence.polled_requests import PolledRequestStore, Polling

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


POLLING = Polling(device_authorizations)
OPEN_BY_USER_CODE = select(device_authorizations).where(
    device_authorizations.c.user_code_digest == given("user_code"), *POLLING.undecided
)


class DeviceAuthorizationStore(PolledRequestStore[DeviceAuthorization]):
    """Stores what devices asked for; they poll with the device code."""

    record, polling = DeviceAuthorization, POLLING

    def add(self, wanted: DeviceAuthorization) -> None:
        """Store a new request."""
        self._db.insert(device_authorizations, replace(wanted, created_at=self._now))

    def open_by_user_code(self, user_code: str) -> DeviceAuthorization | None:
        """Return the request that waits for a decision under this user code (a digest)."""
        return self._db.one_or_none(DeviceAuthorization, OPEN_BY_USER_CODE, user_code=user_code, now=self._now)
