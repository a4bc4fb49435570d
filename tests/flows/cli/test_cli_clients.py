"""`idp clients`: registering apps, and every registration that must not be."""

import json
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK

from idp.admin import clients
from idp.claims.standard import SCOPES
from idp.consent import scope_texts
from idp.kernel.clock import DAY
from idp.kernel.handles import digest
from idp.persistence.transaction import Transaction
from tests.support.account import Account, grant, revoked
from tests.support.command import Command
from tests.support.concurrency import run_during
from tests.support.harness import Harness
from tests.support.tables import count, events

CALLBACK = "https://app.example.test/callback"
WEB = ("--name", "Web", "--redirect-uri", CALLBACK)


@pytest.fixture
def command(harness: Harness) -> Command:
    return Command.of(harness.settings)


def jwks(tmp_path: Path, *keys: dict[str, Any]) -> str:
    """A file that holds a JWK Set."""
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": list(keys)}), encoding="utf-8")
    return str(path)


def public(**traits: Any) -> dict[str, Any]:
    found: dict[str, Any] = JWK.generate(**traits).export_public(as_dict=True)
    return found


def test_of_two_new_secrets_at_the_same_moment_both_work(harness: Harness, command: Command) -> None:
    harness.client("web")
    made = list[str]()

    def rotate(tx: Transaction) -> None:
        client, services = clients.find(tx, "web", lock=True), harness.services
        made.append(clients.rotate_secret(tx, client, services.entropy, grace=DAY, sealer=lambda: services.sealer))

    made.append(run_during(harness, rotate, lambda: command.read("clients", "rotate-secret", "web"))["client_secret"])
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client is not None
    assert (client.previous_secret_digest, client.secret_digest) == (digest(made[0]), digest(made[1]))


def test_the_secret_is_shown_once_and_works(harness: Harness, command: Command) -> None:
    told = command.read("clients", "add", "web", *WEB, "--post-logout-redirect-uri", "https://app.example.test/bye")
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client is not None
    assert client.verify_secret(told["client_secret"], now=harness.clock.now())
    shown = command.done("clients", "show", "web") + command.done("clients", "show", "web", "--json")
    assert told["client_secret"] not in shown
    assert "digest" not in shown
    assert command.read("clients", "list")[0]["redirect_uris"] == [CALLBACK]
    assert events(harness, "client.added") == 1


def test_an_app_may_be_registered_in_every_sensible_way(command: Command, tmp_path: Path) -> None:
    phone = ("--name", "Phone", "--public", "--redirect-uri", "com.example.app:/callback")
    assert "client_secret" not in command.read("clients", "add", "phone", *phone, "--web-origin", "https://a.example")
    local = ("--name", "Local", "--redirect-uri", "http://127.0.0.1:5001/cb", "--redirect-uri", "http://[::1]:5001/cb")
    command.done("clients", "add", "local", *local, "--first-party", "--min-acr", "mfa")
    robot = ("--name", "Robot", "--grant", "client_credentials", "--scope", "orders:read")
    keys = jwks(tmp_path, public(kty="EC", crv="P-256"), {"kty": "new-kind"})
    command.done("clients", "add", "robot", *robot, "--auth-method", "private_key_jwt", "--jwks-file", keys)
    found = {client["client_id"]: client for client in command.read("clients", "list")}
    assert found["phone"]["token_endpoint_auth_method"] == "none"
    assert (found["local"]["first_party"], found["local"]["min_acr"]) == (True, "mfa")
    assert found["robot"]["response_types"] == []
    assert "CLIENT" in command.done("clients", "list")


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.test/cb",
        "https://app.example.test/cb#part",
        "https://app.example.test/cb#",
        "https://jane:secret@app.example.test/cb",
        "https://*.example.test/cb",
        "https://app.example.test/*",
        "https:///cb",
        "/cb",
        "app.example.test/cb",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "com.example.app:/cb",
        "https://app.example.test/c b",
        "https://app.example.test\\@evil.test/cb",
        "https://app.exämple.test/cb",
        "https://app.example.test:99999/cb",
        "https://[::1/cb",
        "https://app.example.test/cb\n",
        "",
    ],
)
def test_people_are_never_sent_back_to_a_doubtful_place(harness: Harness, command: Command, uri: str) -> None:
    for option in ("--redirect-uri", "--post-logout-redirect-uri"):
        said = command.refused("clients", "add", "web", *WEB, option, uri)
        assert "cannot be a redirect URI" in said
    assert count(harness, "clients") == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--name", "Web"), "at least one redirect URI"),
        (("--name", " ", "--redirect-uri", CALLBACK), "shown to people"),
        ((*WEB, "--web-origin", "https://app.example.test/"), "web origin"),
        ((*WEB, "--web-origin", "http://app.example.test"), "web origin"),
        ((*WEB, "--scope", 'a"b'), "cannot be a scope"),
        ((*WEB, "--grant", "authorization_code", "--scope", "offline_access"), "needs the grant refresh_token"),
        (("--name", "Web", "--grant", "refresh_token"), "comes from a sign-in"),
        ((*WEB, "--public", "--grant", "authorization_code", "--grant", "client_credentials"), "cannot prove itself"),
        ((*WEB, "--public", "--auth-method", "client_secret_post"), "--public means"),
        ((*WEB, "--auth-method", "private_key_jwt"), "needs the client's public keys"),
        ((*WEB, "--min-acr", "phrh"), "must be one of pwd"),
        ((*WEB, "--backchannel-logout-session-required"), "needs a back-channel logout URI"),
        (
            ("--name", "Web", "--grant", "client_credentials", "--backchannel-logout-uri", f"{CALLBACK}/out"),
            "without sign-ins there are no logouts",
        ),
    ],
)
def test_fields_must_agree(harness: Harness, command: Command, arguments: tuple[str, ...], says: str) -> None:
    assert says in command.refused("clients", "add", "web", *arguments)
    assert count(harness, "clients") == 0


@pytest.mark.parametrize(
    "uri",
    [
        "http://app.example.test/out",
        "https://app.example.test/out#part",
        "https://jane:secret@app.example.test/out",
        "https://*.example.test/out",
        "https:///out",
        "/out",
        "com.example.app:/out",
        "ftp://app.example.test/out",
        "javascript:alert(1)",
        "https://app.example.test/o ut",
        "https://app.example.test:99999/out",
        "",
    ],
)
def test_logouts_are_told_to_no_doubtful_place(harness: Harness, command: Command, uri: str) -> None:
    said = command.refused("clients", "add", "web", *WEB, "--backchannel-logout-uri", uri)
    assert "cannot be told of a logout" in said
    assert count(harness, "clients") == 0


@pytest.mark.parametrize("uri", ["https://app.example.test/out?tenant=7", "http://localhost:5001/out"])
def test_an_app_may_want_to_be_told_of_logouts(command: Command, uri: str) -> None:
    wanted = ("--backchannel-logout-uri", uri, "--backchannel-logout-session-required")
    command.done("clients", "add", "web", *WEB, *wanted)
    shown = command.read("clients", "show", "web")
    assert (shown["backchannel_logout_uri"], shown["backchannel_logout_session_required"]) == (uri, True)


@pytest.mark.parametrize(
    ("scope", "says"),
    [
        ("emial", "Did you mean 'email'?"),
        ("profiles", "Did you mean 'profile'?"),
        ("OpenID", "Did you mean 'openid'?"),
        ("offline", "Did you mean 'offline_access'?"),
        ("offline.access", "Did you mean 'offline_access'?"),
        ("teams", "The scopes here are openid, profile, email"),
        (":orders", "is not a known scope"),
        ("orders:", "is not a known scope"),
    ],
)
def test_a_scope_that_nothing_stands_behind_is_not_registered(
    harness: Harness, command: Command, scope: str, says: str
) -> None:
    """People would be asked to allow it, and it would be granted."""
    assert says in command.refused("clients", "add", "web", *WEB, "--scope", "openid", "--scope", scope)
    assert count(harness, "clients") == 0


@pytest.mark.parametrize("scope", ["orders:read", "https://api.example.test/orders", "mail.read", *scope_texts.TITLES])
def test_a_scope_of_ours_or_of_an_api_is_registered(command: Command, scope: str) -> None:
    command.done("clients", "add", "web", *WEB, "--scope", scope)
    assert command.read("clients", "show", "web")["scopes"] == [scope]


def test_the_scopes_that_have_words_are_those_that_have_claims() -> None:
    assert set(scope_texts.TITLES) == set(SCOPES)


@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "http://localhost:4711/cb", "com.example.app:/cb"])
def test_an_app_that_others_can_impersonate_is_never_first_party(harness: Harness, command: Command, uri: str) -> None:
    """RFC 8252 section 8.6: people must be asked, each time."""
    wanted = ("--name", "App", "--redirect-uri", uri, "--public")
    assert "RFC 8252" in command.refused("clients", "add", "app", *wanted, "--first-party")
    assert count(harness, "clients") == 0
    command.done("clients", "add", "app", *wanted)
    command.done("clients", "add", "spa", *WEB, "--public", "--first-party")


def test_everything_wrong_is_told_at_once(command: Command) -> None:
    said = command.refused("clients", "add", "we b", "--name", "", "--redirect-uri", "x", "--scope", "ä")
    assert len(said.splitlines()) == 4


def test_keys_must_be_public_and_usable(command: Command, tmp_path: Path) -> None:
    private: dict[str, Any] = JWK.generate(kty="EC", crv="P-256").export_private(as_dict=True)
    weak = public(kty="RSA", size=1024)
    for key, says in ((private, "private or secret key"), (weak, "can be used"), ({"kty": "EC"}, "can be used")):
        path = jwks(tmp_path, key)
        arguments = (*WEB, "--auth-method", "private_key_jwt", "--jwks-file", path)
        assert says in command.refused("clients", "add", "web", *arguments)
    good = jwks(tmp_path, public(kty="OKP", crv="Ed25519"))
    command.done("clients", "add", "signs-its-requests", *WEB, "--jwks-file", good)
    for content in ("no json", "[]", '{"keys": 1}'):
        (tmp_path / "jwks.json").write_text(content, encoding="utf-8")
        assert "JWK Set" in command.refused(
            "clients", "add", "web", *WEB, "--auth-method", "private_key_jwt", "--jwks-file", good
        )


def test_a_client_id_is_given_once(command: Command) -> None:
    command.done("clients", "add", "web", *WEB)
    assert "already" in command.refused("clients", "add", "web", *WEB)


def test_a_secret_is_rotated_with_a_grace_time(harness: Harness, command: Command) -> None:
    first = command.read("clients", "add", "web", *WEB)["client_secret"]
    second = command.read("clients", "rotate-secret", "web", "--grace", "3600")["client_secret"]
    with harness.services.database.read() as tx:
        client = tx.clients.by_id("web")
    assert client is not None
    end = client.previous_secret_expires_at or 0
    assert [client.verify_secret(secret, now=end - 1) for secret in (first, second)] == [True, True]
    assert [client.verify_secret(secret, now=end) for secret in (first, second)] == [False, True]
    command.done("clients", "add", "phone", "--name", "Phone", "--public", "--redirect-uri", CALLBACK)
    assert "has no secret to rotate" in command.refused("clients", "rotate-secret", "phone")


def test_removing_an_app_ends_its_tokens_and_asks_first(harness: Harness, command: Command) -> None:
    harness.client("web")
    account = Account(harness, harness.person())
    account.open()
    assert account.session is not None
    given = grant(harness, account.someone.id, account.session.sid, offline=True)
    command.refused("clients", "remove", "web", stdin="n\n")
    assert not revoked(harness, given)
    command.done("clients", "remove", "web", "--yes")
    assert count(harness, "grants") == count(harness, "clients") == 0
    assert events(harness, "client.removed") == 1
    assert "There is no client 'web'" in command.refused("clients", "show", "web")


def test_secrets_are_ended(command: Command) -> None:
    command.done(
        "clients", "add", "robot", "--name", "Robot", "--grant", "client_credentials", "--scope", "orders:read"
    )
    assert "no earlier secret" in command.refused("clients", "end-secret", "robot")
    command.done("clients", "rotate-secret", "robot")
    assert "Only the newest" in command.done("clients", "end-secret", "robot")
    assert command.read("clients", "show", "robot")["previous_secret_expires_at"] is None
    command.done("clients", "end-secret", "robot", "--all")
    assert "no secret to delete" in command.refused("clients", "end-secret", "robot", "--all")
