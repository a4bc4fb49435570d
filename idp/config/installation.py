"""Settings of the installation: identity, storage, network and logs."""

from __future__ import annotations

from ipaddress import IPv6Address, ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field

DAY = 86_400
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Host names of this machine."""


class Installation(BaseModel):
    """Name and address, database, keys, proxies and logs."""

    mode: Literal["production", "development"] = Field(
        "production", description="`development` allows an http issuer on localhost and keeps mail on disk."
    )
    issuer: str = Field(
        description="The provider's own address, exactly as tokens and discovery show it; no trailing slash."
    )
    brand: str = Field("Countersign", description="The name people see on every page and in every mail.")
    database_url: str = Field(
        "",
        description="SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`. Default: a SQLite file in `data_dir`.",
    )
    data_dir: Path = Field(Path("data"), description="Where the default database and the development mailbox live.")
    keys_dir: Path = Field(Path("keys"), description="Where signing and sealing keys live; files must have mode 0600.")
    key_rotation_days: int = Field(
        90, ge=1, le=3650, description="Days a signing key signs before the next one takes over."
    )
    key_publish_ahead: int = Field(DAY, ge=60, description="How long a signing key is published before it signs.")
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="How many reverse proxies in front add X-Forwarded-For/-Proto/-Host."
    )
    worker_threads: int = Field(8, ge=5, le=64, description="How many requests one worker process answers at a time.")
    ops_port: int = Field(
        0, ge=0, le=65535, description="Port on `ops_host` for /healthz, /readyz and /metrics; 0 switches it off."
    )
    ops_host: str = Field("127.0.0.1", description="Address for the port above; keep it away from the public.")
    audit_retention_days: int = Field(
        730, ge=0, le=36_500, description="Days an audit event is kept, in *Activity* of *My account* too; 0: for ever."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    @property
    def secure(self) -> bool:
        """Whether the issuer is https, which decides the cookies' `Secure` and `__Host-`."""
        return self.issuer.startswith("https://")

    @property
    def host(self) -> str:
        """Return the issuer's host name without a port."""
        return urlsplit(self.issuer).hostname or ""

    @property
    def other_local_hosts(self) -> frozenset[str]:
        """Return the other Host headers by which a browser on this machine reaches a local issuer."""
        if self.host not in LOOPBACK:
            return frozenset()
        parts = urlsplit(self.issuer)
        port = f":{parts.port}" if parts.port else ""
        return frozenset(name + port for name in ("localhost", "127.0.0.1", "[::1]")) - {parts.netloc}

    @property
    def mail_domain(self) -> str:
        """Return the issuer's host for mail: an IP address as a literal (RFC 5321 section 4.1.3)."""
        try:
            address = ip_address(self.host)
        except ValueError:
            return self.host
        return f"[IPv6:{address}]" if isinstance(address, IPv6Address) else f"[{address}]"

    @property
    def database(self) -> str:
        """Return the effective database URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'countersign.db'}"
