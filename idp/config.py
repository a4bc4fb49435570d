"""Every setting, typed, checked and documented where it is declared; the only reader of the environment.

A setting comes from the environment as `IDP_<NAME>`, or from the TOML file that `IDP_CONFIG` names (keys in lower case,
without the prefix); the environment wins. `docs/reference/settings.md` is generated from this module. A name that is
not a setting is refused, so that a misspelt one cannot silently leave a default in force.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

PREFIX = "IDP_"
CONFIG_FILE = "IDP_CONFIG"
DAY = 86_400
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""Hosts that can only be this machine."""
DATABASES = ("sqlite:///", "postgresql+psycopg://")


class BadSettings(Exception):
    """The settings cannot be used; the message names each one that is wrong, and the remedy, never its value."""


class Settings(BaseModel):
    """What an operator may decide. Durations are seconds unless the name says otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

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

    session_idle: int = Field(7 * DAY, ge=60, description="A session nobody used for this long has ended.")
    session_lifetime: int = Field(30 * DAY, ge=60, description="A session ends at this age, used or not.")
    second_factor_lifetime: int = Field(
        DAY,
        ge=60,
        description="How long a second factor, once given, counts inside a session (NIST SP 800-63B: 24 hours).",
    )
    login_lifetime: int = Field(1800, ge=60, le=DAY, description="How long a person may take to finish one sign-in.")
    fresh_sign_in: int = Field(
        600, ge=30, le=3600, description="How recent a sign-in must be to change anything that protects the account."
    )
    remember_days: int = Field(
        14, ge=0, le=365, description="Days a remembered device skips the second step; 0 switches it off."
    )
    second_step: Literal["optional", "required"] = Field(
        "optional", description="Whether everybody must have a second step."
    )
    password_min_length: int = Field(8, ge=8, description="Least password length for people with a second step.")
    password_min_length_alone: int = Field(
        15, ge=8, description="Least password length where the password is the only factor."
    )

    code_lifetime: int = Field(60, ge=5, le=600, description="Life of an authorization code.")
    access_token_lifetime: int = Field(300, ge=30, le=DAY, description="Life of an access token.")
    id_token_lifetime: int = Field(300, ge=30, le=DAY, description="Life of an ID token.")
    refresh_token_lifetime: int = Field(
        30 * DAY, ge=60, description="Absolute end of a chain of refresh tokens; rotation does not move it."
    )

    throttle_per_quarter_hour: int = Field(
        10, ge=1, description="Failed passwords, and failed codes, one lane allows in 15 minutes."
    )
    throttle_per_day: int = Field(
        50, ge=1, description="Failed passwords, and failed codes, one lane allows in 24 hours."
    )
    throttle_codes_in_a_row: int = Field(
        100, ge=10, description="Wrong codes in a row after which a person's second step is locked."
    )
    hash_memory_kib: int = Field(
        47_104, ge=7_168, description="argon2id memory in KiB (46 MiB: the first OWASP and ASVS choice)."
    )
    hash_time_cost: int = Field(1, ge=1, le=20, description="argon2id passes.")
    hash_concurrency: int = Field(
        2, ge=1, le=64, description="How many password hashes one process computes at a time."
    )

    smtp_url: str = Field(
        "",
        description=(
            "`smtp://user:password@host:587` (STARTTLS; without TLS on localhost only) or `smtps://…:465`. "
            "Empty in development: mail is kept in `data_dir/mailbox`."
        ),
    )
    mail_from: str = Field("", description="Sender of mail. Default: `no-reply@` the issuer's host.")
    private_hosts: str = Field(
        "",
        description=(
            "Hosts of apps inside your own network that may be told of a logout, separated by commas. All other "
            "addresses that this server calls must be public."
        ),
    )
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="How many reverse proxies in front add X-Forwarded-For/-Proto/-Host."
    )
    ops_port: int = Field(
        0, ge=0, le=65535, description="Port on `ops_host` for /healthz, /readyz and /metrics; 0 switches it off."
    )
    ops_host: str = Field("127.0.0.1", description="Address for the port above; keep it away from the public.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level that is logged.")

    @model_validator(mode="after")
    def _settings_agree(self) -> Self:
        """What one setting demands of another; every disagreement is told at once."""
        rules = (_issuer_problems, _database_problems, _mail_problems, _key_problems, _private_host_problems)
        if problems := [problem for rule in rules for problem in rule(self)]:
            raise ValueError("\n".join(problems))
        return self

    @property
    def secure(self) -> bool:
        """Whether people reach us over https, which decides the cookies' `Secure` and `__Host-`."""
        return self.issuer.startswith("https://")

    @property
    def host(self) -> str:
        """The issuer's host name, without a port."""
        return urlsplit(self.issuer).hostname or ""

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.data_dir / 'countersign.db'}"

    @property
    def sender(self) -> str:
        """The address mail comes from."""
        return self.mail_from or f"no-reply@{self.host}"

    @property
    def private_host_names(self) -> frozenset[str]:
        """`private_hosts`, one by one."""
        return frozenset(host.strip() for host in self.private_hosts.split(",") if host.strip())


def load(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings in force.

    Raises:
        BadSettings: naming every setting that is missing, misspelt or out of range, and what to do about it.
    """
    environment = os.environ if environment is None else environment
    values = _from_file(environment.get(CONFIG_FILE, ""))
    given = {key: value for key, value in environment.items() if key.startswith(PREFIX) and key != CONFIG_FILE}
    values |= {key.removeprefix(PREFIX).lower(): value for key, value in given.items()}
    problems = [_unknown(name) for name in values if name not in Settings.model_fields]
    try:
        settings = Settings.model_validate({name: values[name] for name in values if name in Settings.model_fields})
    except ValidationError as error:
        problems += [_sentence(dict(problem)) for problem in error.errors()]
        raise BadSettings("\n".join(problems)) from None
    if problems:
        raise BadSettings("\n".join(problems))
    return settings


def hand_down(name: str, value: str) -> None:
    """Set a variable for the processes this one starts; for libraries that can be told in no other way."""
    os.environ[name] = value


def take_out() -> None:
    """Forget our settings in this process's environment, and whatever could pass for a request header.

    A WSGI server copies the environment into every request's; passwords of databases and mail servers have no business
    there, nor has HTTP_PROXY (CVE-2016-5385).
    """
    for name in [name for name in os.environ if name.startswith((PREFIX, "HTTP_"))]:
        del os.environ[name]


def surroundings(**changes: str) -> dict[str, str]:
    """This process's environment without any setting of ours, and with `changes`: what a child process is given."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | changes


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return PREFIX + name.upper()


def _issuer_problems(settings: Settings) -> Iterator[str]:
    """OIDC Discovery section 3: an https URL without query or fragment; here also without a path."""
    try:
        parts = urlsplit(settings.issuer)
        plain = f"{parts.scheme}://{parts.netloc}" if parts.hostname and parts.port != 0 else ""
    except ValueError:
        parts, plain = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or settings.issuer != plain.lower() or "@" in plain:
        yield "IDP_ISSUER: must look like https://id.example.com: lower case, perhaps a port, and nothing behind it"
    elif parts.scheme == "http" and settings.mode == "production":
        yield "IDP_ISSUER: must be https in production mode; for a trial on this machine set IDP_MODE=development"
    elif parts.scheme == "http" and parts.hostname not in LOOPBACK:
        yield "IDP_ISSUER: may be http only on localhost"


def _database_problems(settings: Settings) -> Iterator[str]:
    if settings.database_url and not settings.database_url.startswith(DATABASES):
        yield "IDP_DATABASE_URL: must begin with sqlite:/// (and a path) or with postgresql+psycopg://"


def _mail_problems(settings: Settings) -> Iterator[str]:
    if not settings.smtp_url:
        if settings.mode == "production":
            yield "IDP_SMTP_URL: must be set in production mode: people are told by mail when their account changes"
        return
    try:
        parts = urlsplit(settings.smtp_url)
        usable = parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.port != 0
    except ValueError:
        usable = None
    if not usable:
        yield "IDP_SMTP_URL: must look like smtp://user:password@mail.example.com:587, or begin with smtps://"


def _key_problems(settings: Settings) -> Iterator[str]:
    if settings.key_publish_ahead >= settings.key_rotation_days * DAY:
        yield (
            "IDP_KEY_PUBLISH_AHEAD: must be shorter than IDP_KEY_ROTATION_DAYS: "
            "the next key is published while the present one signs"
        )


def _private_host_problems(settings: Settings) -> Iterator[str]:
    for host in settings.private_host_names:
        if host != host.lower() or set(host) & set("/@[]* "):
            yield "IDP_PRIVATE_HOSTS: must be host names in lower case, such as wiki.corp.example,10.0.0.7"


def _from_file(path: str) -> dict[str, Any]:
    if not path:
        return {}
    try:
        return tomllib.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        message = f"{CONFIG_FILE}: {path} cannot be read as TOML: {error}"
        raise BadSettings(message) from None


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, Settings.model_fields, n=1)
    hint = f"; did you mean {variable(near[0])}?" if near else "; docs/reference/settings.md lists them all"
    return f"{variable(name)}: there is no such setting{hint}"


def _sentence(problem: Mapping[str, Any]) -> str:
    message = str(problem["msg"]).removeprefix("Value error, ")
    if not problem["loc"]:
        return message
    name = str(problem["loc"][0])
    if problem["type"] == "missing":
        return f"{variable(name)}: must be set. {Settings.model_fields[name].description}"
    return f"{variable(name)}: {message[:1].lower()}{message[1:]}"
