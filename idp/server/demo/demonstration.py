"""A provider, two people and a sample client on one machine. The data is kept for the next run."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from idp.admin import clients, roles, users
from idp.admin.client_rules import Registration
from idp.admin.permissions import COMMAND_LINE
from idp.config import Settings
from idp.factors.hashing import Hasher
from idp.factors.recovery_codes import ALPHABET
from idp.kernel.clock import SystemClock
from idp.kernel.entropy import Entropy, SystemEntropy
from idp.persistence.database import Database
from idp.persistence.roles import Role
from idp.server.storage_setup import close_keys_dir, migrate

ADMIN, DEMO, CLIENT = "admin", "demo", "sample"
NAMES = {ADMIN: "Alex Admin", DEMO: "Dana Demo"}
SECRETS_FILE, SETTINGS_FILE = "secrets.json", "countersign.toml"
GROUPS, GROUP_LENGTH = 4, 5


@dataclass
class Secrets:
    """Passwords and client secret of the demonstration, in a file with mode 0600."""

    passwords: dict[str, str]
    client_secret: str = ""

    @classmethod
    def load(cls, data_dir: Path) -> Self:
        """Load them, or return none."""
        try:
            return cls(**json.loads((data_dir / SECRETS_FILE).read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return cls(passwords={})

    def save(self, data_dir: Path) -> None:
        """Save them."""
        descriptor = os.open(data_dir / SECRETS_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=2)


@dataclass(frozen=True)
class Demonstration:
    """Directories and ports of the demonstration."""

    data_dir: Path
    keys_dir: Path
    port: int
    app_port: int

    @property
    def issuer(self) -> str:
        """Return the provider's URL."""
        return f"http://localhost:{self.port}"

    @property
    def app(self) -> str:
        """Return the sample client's URL."""
        return f"http://localhost:{self.app_port}"

    @property
    def settings_file(self) -> Path:
        """Return the path for `IDP_CONFIG`."""
        return self.data_dir / SETTINGS_FILE

    def prepare(self) -> Secrets:
        """Create what is missing: directories, tables, people, client. Raises `CannotServe` or `Refused`."""
        values = {
            "mode": "development",
            "issuer": self.issuer,
            "client_registration": "approval",
            "data_dir": str(self.data_dir),
            "keys_dir": str(self.keys_dir),
        }
        settings = Settings.model_validate(values)
        close_keys_dir(settings)
        migrate(settings)
        lines = [f"{name} = {json.dumps(value)}\n" for name, value in values.items()]
        self.settings_file.write_text("".join(lines), encoding="utf-8")
        secrets, entropy = Secrets.load(self.data_dir), SystemEntropy()
        database, hasher = Database(settings.database, SystemClock()), Hasher.from_settings(settings)
        for name in NAMES:
            _ensure_person(database, name, secrets, hasher=hasher, entropy=entropy)
        with database.write() as tx:
            roles.grant_to_person(tx, COMMAND_LINE, users.find(tx, ADMIN), Role.OWNER)
        self._ensure_client(database, secrets, entropy)
        database.close()
        secrets.save(self.data_dir)
        return secrets

    def _ensure_client(self, database: Database, secrets: Secrets, entropy: Entropy) -> None:
        wanted = Registration(
            client_id=CLIENT,
            client_name="Penny Jar",
            redirect_uris=(f"{self.app}/callback",),
            post_logout_redirect_uris=(f"{self.app}/signed-out",),
            backchannel_logout_uri=f"{self.app}/backchannel-logout",
            backchannel_logout_session_required=True,
            scopes=("openid", "profile", "email", "offline_access"),
        )
        with database.write() as tx:
            present = tx.clients.by_id(CLIENT)
            if present and present.redirect_uris == list(wanted.redirect_uris) and secrets.client_secret:
                return
            if present:  # the app has moved to another port, or its secret was lost
                clients.remove(tx, present)
        with database.write() as tx:
            secrets.client_secret = clients.add(tx, wanted, entropy) or ""


def _ensure_person(database: Database, name: str, secrets: Secrets, *, hasher: Hasher, entropy: Entropy) -> None:
    with database.read() as tx:
        known = tx.users.by_identifier(name) is not None
    if known and name in secrets.passwords:
        return
    secrets.passwords[name] = _password(entropy)
    hashed = hasher.hash(secrets.passwords[name])
    with database.write() as tx:
        if known:
            users.set_password(tx, users.find(tx, name), hashed)
            return
        email = f"{name}@example.com"
        user = users.make_user(
            entropy, username=name, email=email, email_verified=True, name=NAMES[name], required=True
        )
        users.add(tx, replace(user, password_hash=hashed))


def _password(entropy: Entropy) -> str:
    """Generate 100 random bits in unambiguous characters."""
    letters = "".join(ALPHABET[byte & 31] for byte in entropy.bytes(GROUPS * GROUP_LENGTH)).lower()
    return "-".join(letters[start : start + GROUP_LENGTH] for start in range(0, len(letters), GROUP_LENGTH))
