"""`idp users import --from keycloak`: an export of Keycloak, with passwords and authenticator apps."""

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from argon2.low_level import Type, hash_secret_raw

from idp.persistence.users import User
from tests.support.browser import Browser
from tests.support.command import Command
from tests.support.harness import PASSWORD, Harness, Someone
from tests.support.relying_party import RelyingParty

KEYCLOAK_ID = "0b0a2a6e-58a6-4a0c-9d2d-1f2f7d1d0c11"
SALT = b"sixteen bytes ok"


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def stored(harness: Harness, name: str) -> User:
    with harness.services.database.read() as tx:
        user = tx.users.by_identifier(name)
    assert user is not None
    return user


def keycloak_password(kind: str, password: str = PASSWORD) -> dict[str, str]:
    if kind == "argon2":
        more = {"hashLength": ["32"], "memory": ["7168"], "type": ["id"], "version": ["1.3"], "parallelism": ["1"]}
        raw, cost = hash_secret_raw(password.encode(), SALT, 5, 7168, 1, 32, Type.ID), 5
    else:
        more, cost = {}, 1000
        raw = hashlib.pbkdf2_hmac(kind.removeprefix("pbkdf2-"), password.encode(), SALT, cost, 64)
    secret = {"value": base64.b64encode(raw).decode(), "salt": base64.b64encode(SALT).decode()}
    about = {"hashIterations": cost, "algorithm": kind, "additionalParameters": more}
    return {"type": "password", "secretData": json.dumps(secret), "credentialData": json.dumps(about)}


def keycloak_app(value: str, **changes: Any) -> dict[str, str]:
    about = {"subType": "totp", "digits": 6, "counter": 0, "period": 30, "algorithm": "HmacSHA1"} | changes
    secret = json.dumps({"value": value})
    return {"type": "otp", "userLabel": "phone", "secretData": secret, "credentialData": json.dumps(about)}


def write_export(path: Path, *users: dict[str, Any]) -> tuple[str, str, str]:
    (path / "realm.json").write_text(json.dumps({"realm": "example", "users": users}), encoding="utf-8")
    return str(path / "realm.json"), "--from", "keycloak"


@pytest.mark.parametrize("kind", ["pbkdf2-sha256", "pbkdf2-sha512", "argon2"])
def test_an_export_of_keycloak_is_the_whole_way(harness: Harness, command: Command, tmp_path: Path, kind: str) -> None:
    key = "aB3dE5gH7jK9mN1pQ2sT"
    jane = {
        "id": KEYCLOAK_ID,
        "username": "jane@example.test",
        "email": "jane@example.test",
        "emailVerified": True,
        "enabled": True,
        "firstName": "Jane",
        "lastName": "Doe",
        "groups": ["/staff/sales"],
        "requiredActions": [],
        "attributes": {"locale": ["de"]},
        "credentials": [keycloak_password(kind), keycloak_app(key), {"type": "webauthn", "secretData": "{}"}],
    }
    robot = {"username": "service-account-shop", "serviceAccountClientId": "shop"}
    printed = command.done("users", "import", *write_export(tmp_path, jane, robot))
    assert "1 people: 1 with a password, 1 with an authenticator app." in printed
    assert "Cannot be moved: webauthn (1)." in printed
    seed = base64.b32encode(key.encode()).decode()
    someone = Someone(KEYCLOAK_ID, "jane@example.test", PASSWORD, seed, ())
    app = RelyingParty(harness)
    tokens = app.tokens_from(app.sign_in(Browser(harness), someone, acr_values="mfa", scope="openid profile"))
    claims = app.userinfo(tokens["access_token"]).get_json()
    assert (claims["sub"], claims["name"]) == (KEYCLOAK_ID, "Jane Doe")
    assert claims["preferred_username"] == "jane@example.test"
    assert stored(harness, "jane@example.test").username == "jane.example.test"


def test_what_keycloak_cannot_hand_over_is_named(harness: Harness, command: Command, tmp_path: Path) -> None:
    weak = keycloak_password("pbkdf2-sha256")
    weak["credentialData"] = weak["credentialData"].replace("1000", "1")
    broken = {"type": "password", "secretData": "{}", "credentialData": "{}"}
    people: list[dict[str, Any]] = [
        {"username": "a", "credentials": [weak, keycloak_app("x" * 20, digits=8)], "enabled": False},
        {"username": "b", "credentials": [broken], "requiredActions": ["CONFIGURE_TOTP"]},
        {"username": "c", "credentials": [keycloak_password("argon2")], "requiredActions": ["UPDATE_PASSWORD"]},
    ]
    printed = command.done("users", "import", *write_export(tmp_path, *people))
    for what in (
        "password whose hash has too few iterations",
        "otp",
        "password that cannot be read",
        "temporary password",
    ):
        assert f"Cannot be moved: {what}" in printed
    assert [stored(harness, name).password_hash for name in "abc"] == [None, None, None]
    assert not stored(harness, "a").active
    assert stored(harness, "b").second_step_required


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[]", "is not a JSON object"),
        ("{}", "There are no users in this export"),
        ('{"users": ["jane"]}', "user 1 is not a JSON object"),
        ('{"users": [{"username": "jane", "firstName": 7}]}', "user 1: given_name: This must be a text."),
        ('{"users": [{"groups": 7}]}', "user 1 is not written as Keycloak writes users."),
        ('{"users": [{"username": "a"}, {"requiredActions": 7}]}', "user 2 is not written as Keycloak writes users."),
        ('{"users": [{"credentials": "none"}]}', "user 1 is not written as Keycloak writes users."),
    ],
)
def test_what_is_no_export_is_refused(command: Command, tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "realm.json").write_text(content)
    assert says in command.refused("users", "import", str(tmp_path / "realm.json"), "--from", "keycloak")


@pytest.mark.parametrize(
    ("part", "members"),
    [
        ("credentialData", {"hashIterations": float("inf")}),
        ("credentialData", {"additionalParameters": {"memory": [], "type": ["id"], "version": ["1.3"]}}),
        ("credentialData", {"additionalParameters": json.loads("[" * 25 + "]" * 25)}),
        ("secretData", {"salt": 7}),
    ],
)
def test_a_password_that_is_written_otherwise_is_left_behind(
    harness: Harness, command: Command, tmp_path: Path, part: str, members: dict[str, Any]
) -> None:
    password = keycloak_password("argon2")
    password[part] = json.dumps(json.loads(password[part]) | members)
    printed = command.done("users", "import", *write_export(tmp_path, {"username": "jane", "credentials": [password]}))
    assert "Cannot be moved: password that cannot be read (1)." in printed
    assert stored(harness, "jane").password_hash is None


@pytest.mark.parametrize("kind", ["d", "id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$AAAA"])
def test_a_kind_of_argon2_that_nothing_verifies_is_left_behind(
    harness: Harness, command: Command, tmp_path: Path, kind: str
) -> None:
    password = keycloak_password("argon2")
    password["credentialData"] = password["credentialData"].replace('["id"]', json.dumps([kind]))
    printed = command.done("users", "import", *write_export(tmp_path, {"username": "jane", "credentials": [password]}))
    assert "Cannot be moved: password whose hash is of a kind of argon2 that cannot be used (1)." in printed
    assert stored(harness, "jane").password_hash is None


def test_a_name_that_is_an_address_and_another_address_are_both_kept(
    harness: Harness, command: Command, tmp_path: Path
) -> None:
    people: list[dict[str, Any]] = [
        {"username": "jane@old.example.test", "email": "jane@example.test", "emailVerified": True},
        {"username": "joan", "emailVerified": True},
    ]
    command.done("users", "import", *write_export(tmp_path, *people))
    jane = stored(harness, "jane@example.test")
    assert (jane.username, jane.profile["preferred_username"]) == ("jane.old.example.test", "jane@old.example.test")
    assert not stored(harness, "joan").email_verified


def test_a_terminal_obeys_nothing_of_the_file(command: Command, tmp_path: Path) -> None:
    person = {"username": "ida", "credentials": [{"type": "\x1b]0;owned\x07"}]}
    printed = command.done("users", "import", *write_export(tmp_path, person))
    assert r"Cannot be moved: \x1b]0;owned\x07 (1)." in printed
