"""Settings: what is refused, in which words, and that the documentation is theirs."""

import os
import subprocess
import sys
from email.headerregistry import Address
from pathlib import Path

import pytest

from idp import config
from idp.config import BadSettings, Settings, load
from tests.support.settings_page import PAGE, render

MAIL = {"IDP_SMTP_URL": "smtp://mail.example.com"}
GOOD = {"IDP_ISSUER": "https://id.example.com", **MAIL}


def said(environment: dict[str, str]) -> list[str]:
    """What is refused, line by line."""
    with pytest.raises(BadSettings) as refusal:
        load(environment)
    return str(refusal.value).splitlines()


def test_two_settings_make_a_production_server() -> None:
    settings = load(GOOD | {"PATH": "/bin", "HOME": "/root"})
    assert (settings.mode, settings.secure, settings.host) == ("production", True, "id.example.com")
    assert settings.sender == "no-reply@id.example.com"
    assert settings.database == "sqlite:///data/countersign.db"


@pytest.mark.parametrize(
    ("host", "domain"), [("[::1]", "[IPv6:::1]"), ("127.0.0.1", "[127.0.0.1]"), ("localhost", "localhost")]
)
def test_mail_of_an_issuer_without_a_name_comes_from_an_address_literal(host: str, domain: str) -> None:
    settings = load({"IDP_MODE": "development", "IDP_ISSUER": f"http://{host}:8000"})
    assert settings.sender == f"no-reply@{domain}"
    assert str(Address(addr_spec=settings.sender)) == settings.sender


@pytest.mark.parametrize(
    "issuer",
    [
        "https://id.example.com/",
        "https://id.example.com/path",
        "https://id.example.com?x=1",
        "https://id.example.com#x",
        "https://ID.example.com",
        "https://user@id.example.com",
        "https://id.example.com:port",
        "https://id.example.com:0",
        "https://id example.com",
        "https://idé.example.com",
        "https://id..example.com",
        "https://-",
        "https://[::1",
        "https://",
        "id.example.com",
        "ftp://id.example.com",
        "",
    ],
)
def test_an_issuer_is_an_origin_and_nothing_else(issuer: str) -> None:
    (line,) = said({"IDP_ISSUER": issuer, **MAIL})
    assert line.startswith("IDP_ISSUER: must look like https://id.example.com")


def test_an_issuer_names_no_port_that_browsers_leave_out() -> None:
    assert said({"IDP_ISSUER": "https://id.example.com:443", **MAIL}) == [
        "IDP_ISSUER: must not end in :443, which browsers leave out"
    ]
    for host in ("id.example.com:8443", "10.0.0.7", "[2001:db8::1]:8443", "xn--id-bka.example.com", "my_idp"):
        assert load({"IDP_ISSUER": f"https://{host}", **MAIL}).secure


def test_production_needs_https_and_mail() -> None:
    lines = said({"IDP_ISSUER": "http://localhost:8000"})
    assert [line.partition(":")[0] for line in lines] == ["IDP_ISSUER", "IDP_SMTP_URL"]
    assert "IDP_MODE=development" in lines[0]


def test_development_allows_http_on_this_machine_only() -> None:
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert not load({"IDP_MODE": "development", "IDP_ISSUER": f"http://{host}"}).secure
    assert said({"IDP_MODE": "development", "IDP_ISSUER": "http://id.example.com"}) == [
        "IDP_ISSUER: may be http only on localhost"
    ]


def test_a_misspelt_name_is_refused_beside_everything_else_that_is_wrong() -> None:
    lines = said({"IDP_ISUER": "https://id.example.com", "IDP_OPS_PORT": "70000", "IDP_SECOND_STEP": "maybe"})
    assert len(lines) == 5
    assert "IDP_ISUER: there is no such setting; did you mean IDP_ISSUER?" in lines
    assert any(line.startswith("IDP_OPS_PORT: ") for line in lines)
    assert any(line.startswith("IDP_SECOND_STEP: ") and "'optional' or 'required'" in line for line in lines)
    assert any(line.startswith("IDP_ISSUER: must be set") for line in lines)


def test_where_nothing_is_set_the_file_of_settings_is_named(tmp_path: Path) -> None:
    assert said({})[-1].startswith("IDP_CONFIG is not set: it names the file of settings.")
    empty = tmp_path / "empty.toml"
    empty.touch()
    assert "IDP_CONFIG" not in "".join(said({"IDP_CONFIG": str(empty)}))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IDP_SMTP_URL", "mail.example.com"),
        ("IDP_SMTP_URL", "http://mail.example.com"),
        ("IDP_SMTP_URL", "smtp://mail.example.com:x"),
        ("IDP_DATABASE_URL", "mysql://x/y"),
        ("IDP_DATABASE_URL", "sqlite://"),
        ("IDP_DATABASE_URL", "sqlite:///"),
        ("IDP_DATABASE_URL", "sqlite:///:memory:"),
        ("IDP_DATABASE_URL", "sqlite:////data/x.db?mode=ro"),
        ("IDP_MAIL_FROM", "no-reply"),
        ("IDP_MAIL_FROM", "Example <no-reply@example.com>"),
        ("IDP_MAIL_FROM", "no-reply@example.com\nBcc: all@example.com"),
        ("IDP_BRAND", " "),
        ("IDP_BRAND", "Example\nCompany"),
        ("IDP_PASSWORD_MIN_LENGTH", "16"),
        ("IDP_PRIVATE_HOSTS", "Wiki,Shop"),
        ("IDP_KEY_PUBLISH_AHEAD", str(90 * 86400)),
        ("IDP_SESSION_IDLE", "7 days"),
        ("IDP_REMEMBER_DAYS", "-1"),
    ],
)
def test_a_value_that_cannot_be_is_named_but_not_repeated(name: str, value: str) -> None:
    (line,) = said(GOOD | {name: value})
    assert line.startswith(f"{name}: ")


def test_no_secret_is_in_a_refusal() -> None:
    lines = said(GOOD | {"IDP_SMTP_URL": "smpt://me:hunter2@mail", "IDP_DATABASE_URL": "postgres://me:hunter2@db/x"})
    assert "hunter2" not in "".join(lines)


def test_a_file_gives_settings_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "countersign.toml"
    file.write_text(
        'issuer = "https://id.example.com"\nsmtp_url = "smtps://mail"\nremember_days = 7\n', encoding="utf-8"
    )
    assert load({"IDP_CONFIG": str(file)}).remember_days == 7
    assert load({"IDP_CONFIG": str(file), "IDP_REMEMBER_DAYS": "30"}).remember_days == 30
    file.write_text("issuer = ", encoding="utf-8")
    assert said({"IDP_CONFIG": str(file)})[0].startswith("IDP_CONFIG: ")
    assert said({"IDP_CONFIG": str(tmp_path / "none")})[0].startswith("IDP_CONFIG: ")


def test_a_process_can_forget_its_settings_and_what_could_pass_for_a_header() -> None:
    program = "import os; from idp import config; config.scrub_env(); print(sorted(os.environ))"
    given = {
        "IDP_SMTP_URL": "smtp://me:hunter2@mail",
        "HTTP_PROXY": "http://proxy",
        "LANG": "C",
        "PATH": os.environ["PATH"],
    }
    left = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True).stdout
    assert "LANG" in left
    assert "IDP_" not in left
    assert "HTTP_" not in left


def test_children_get_no_setting_that_was_meant_for_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDP_ISSUER", "https://id.example.com")
    given = config.child_env(IDP_CONFIG="x")
    assert {name: value for name, value in given.items() if name.startswith("IDP_")} == {"IDP_CONFIG": "x"}


def test_the_reference_page_is_up_to_date() -> None:
    """Otherwise: `python -m tests.support.settings_page`."""
    assert PAGE.read_text(encoding="utf-8") == render()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
