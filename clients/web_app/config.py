"""The app's registration: four values, validated at start."""

import ipaddress
import os
from dataclasses import dataclass, field, fields
from typing import Self
from urllib.parse import urlsplit


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The registration of this app at its provider; each value may come from `SAMPLE_APP_<NAME>`.

    Raises ValueError, naming the setting, for a missing value or for an address that is not safe to use.
    """

    issuer: str
    """The provider's address, exactly as its discovery document spells `issuer`."""
    client_id: str
    client_secret: str = field(repr=False)
    base_url: str
    """Where people reach this app. Never taken from the request: a Host header can be forged."""

    @classmethod
    def load(cls, **given: str | None) -> Self:
        """Take each value from the arguments, else from the environment."""
        names = [setting.name for setting in fields(cls)]
        values = {name: given.get(name) or os.environ.get(_variable(name), "") for name in names}
        return cls(**values)

    def __post_init__(self) -> None:
        missing = [_variable(setting.name) for setting in fields(self) if not getattr(self, setting.name)]
        if missing:
            raise ValueError("these settings are missing: " + ", ".join(missing))
        for name in ("issuer", "base_url"):
            _require_safe(name, getattr(self, name))
        object.__setattr__(self, "base_url", self.base_url.rstrip("/"))

    @property
    def discovery_url(self) -> str:
        """OpenID Connect Discovery 1.0 section 4: this suffix follows the issuer, path included."""
        return self.issuer.rstrip("/") + "/.well-known/openid-configuration"

    @property
    def redirect_uri(self) -> str:
        """Register exactly this: providers compare it character by character (RFC 9700 section 2.1)."""
        return self.base_url + "/callback"

    @property
    def post_logout_redirect_uri(self) -> str:
        return self.base_url + "/signed-out"

    @property
    def api_url(self) -> str:
        return self.base_url + "/api/balance"

    @property
    def other_local_hosts(self) -> frozenset[str]:
        """Other Host headers of this machine, where the browser would keep another session cookie."""
        parts = urlsplit(self.base_url)
        if not _is_loopback(parts.hostname or ""):
            return frozenset()
        port = f":{parts.port}" if parts.port else ""
        return frozenset(name + port for name in ("localhost", "127.0.0.1", "[::1]")) - {parts.netloc}

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def _variable(name: str) -> str:
    return "SAMPLE_APP_" + name.upper()


def _require_safe(name: str, address: str) -> None:
    """Refuse plain http except on this machine: codes and tokens would cross the network readable."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise ValueError(f"{_variable(name)} must be an https address (http is for localhost only), not {address!r}")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
