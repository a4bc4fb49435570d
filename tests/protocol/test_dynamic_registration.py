"""Dynamic client registration and its management (RFC 7591, RFC 7592, OpenID Connect Registration 1.0)."""

import contextlib
import functools
import http.server
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from idp.admin import client_registrations
from idp.admin.purging import purge
from idp.kernel.clock import DAY
from idp.kernel.grant_types import CLIENT_CREDENTIALS, TOKEN_EXCHANGE
from idp.messaging import http_client
from idp.persistence.apis import Api
from idp.registration.admission import CHANGE_LIMIT
from tests.support.account import words
from tests.support.browser import Browser
from tests.support.ciba import GRANT as CIBA
from tests.support.command import Command
from tests.support.concurrency import rush
from tests.support.console import console
from tests.support.databases import Databases
from tests.support.harness import ISSUER, Harness, fresh_harness
from tests.support.issuer_client import IssuerClient
from tests.support.mail_server import self_signed
from tests.support.network import browser_at
from tests.support.receiver import receiver
from tests.support.relying_party import RelyingParty
from tests.support.tables import count, events

CALLBACK = "https://app.example.test/callback"
KEY = JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
GOOD: dict[str, Any] = {"redirect_uris": [CALLBACK], "client_name": "Suite"}
POLLS = {"backchannel_token_delivery_mode": "poll"}
PICTURE = b"\x89PNG\r\n\x1a\n and so on"


class Registrant:
    """A client that registers itself."""

    def __init__(self, harness: Harness, token: str = "") -> None:
        self.http = IssuerClient(harness.app, ISSUER)
        self.token = token

    def send(self, body: object, **headers: str) -> TestResponse:
        """The answer to a registration."""
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.http.post("/register", json=body, headers={**authorization, **headers})

    def register(self, **members: Any) -> dict[str, Any]:
        """A client that was registered."""
        response = self.send(GOOD | members)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json or {}
        return found

    def manage(self, client: dict[str, Any], method: str, body: object = None, *, token: str = "") -> TestResponse:
        """The answer to a request to the address of the registration."""
        authorization = f"Bearer {token or client['registration_access_token']}"
        path = client["registration_client_uri"].removeprefix(ISSUER)
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.http.open(path, method=method, headers={"Authorization": authorization}, **more)


@contextlib.contextmanager
def running(databases: Databases, directory: Path, **settings: Any) -> Iterator[Harness]:
    with fresh_harness(databases, directory, **settings) as made:
        yield made


@pytest.fixture
def harness(databases: Databases, tmp_path: Path) -> Iterator[Harness]:
    """Everybody may register a client here."""
    with running(databases, tmp_path, client_registration="open", private_hosts="localhost") as made:
        yield made


def test_it_is_off_unless_the_operator_turns_it_on(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path) as made:
        assert Registrant(made).send(GOOD).status_code == 404
        assert "registration_endpoint" not in (
            Registrant(made).http.get("/.well-known/openid-configuration").json or {}
        )


def test_a_registered_client_signs_people_in(harness: Harness, browser: Browser) -> None:
    registrant = Registrant(harness)
    client = registrant.register(grant_types=["authorization_code", "refresh_token"], token_endpoint_auth_method="none")
    document = registrant.http.get("/.well-known/openid-configuration").json or {}
    assert document["registration_endpoint"] == f"{ISSUER}/register"
    assert "client_secret" not in client
    assert "everybody may register an app here" in Command.of(harness.settings).run("doctor").stdout
    jane, rp = harness.person(), RelyingParty(harness)
    rp.send(browser, client_id=client["client_id"], scope="openid email")
    browser.submit(username=jane.username, password=jane.password)
    assert "/consent/" in browser.at
    assert "Suite" in browser.page.text


def test_response_types_are_those_of_the_installation(databases: Databases, tmp_path: Path) -> None:
    """oidcc-dynamic plans beyond code: each is registered once it is switched on, in any order of its words."""
    members = {"response_types": ["id_token code"], "grant_types": ["authorization_code", "implicit"]}
    with running(databases, tmp_path, client_registration="open", response_types="code, code id_token") as made:
        registrant = Registrant(made)
        assert registrant.register(**members)["response_types"] == ["code id_token"]
        again = registrant.send(GOOD | members | {"response_types": ["code token"]})
        assert (again.status_code, (again.json or {})["error"]) == (400, "invalid_client_metadata")


@pytest.mark.module(
    "oidcc-3rd_party-init-login",
    "oidcc-registration-jwks-uri",
    "oidcc-registration-policy-uri",
    "oidcc-registration-tos-uri",
)
def test_everything_registered_is_sent_back(harness: Harness) -> None:
    """Conformance: what the Dynamic plans register, oidcc-registration-jwks-uri among them."""
    sent = {
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "contacts": ["ops@example.test"],
        "client_uri": "https://app.example.test/",
        "policy_uri": "https://app.example.test/privacy",
        "tos_uri": "https://app.example.test/terms",
        "initiate_login_uri": "https://app.example.test/start",
        "request_uris": ["https://app.example.test/r#abc"],
        "jwks_uri": "https://app.example.test/jwks",
        "post_logout_redirect_uris": ["https://app.example.test/bye"],
        "backchannel_logout_uri": "https://app.example.test/logout",
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://app.example.test/fc",
        "userinfo_signed_response_alg": "RS256",
        "default_max_age": 3600,
        "subject_type": "pairwise",
        "unknown_member": {"ignored": True},
        "software_id": None,
    }
    registrant = Registrant(harness)
    client = registrant.register(**sent)
    for told in (client, registrant.manage(client, "GET").json or {}):
        assert {name: told[name] for name in sent if name not in {"unknown_member", "software_id"}} == {
            name: value for name, value in sent.items() if name not in {"unknown_member", "software_id"}
        }
    assert {"unknown_member", "software_id", "security_profile"}.isdisjoint(client)
    assert client["client_secret_expires_at"] == 0
    assert client["client_id_issued_at"] == harness.clock.now()
    assert "offline_access" in client["scope"]
    assert events(harness, "client.registered") == 1


@pytest.mark.module("oidcc-3rd_party-init-login-nohttps", "oidcc-idtoken-unsigned", "oidcc-redirect-uri-regfrag")
@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"redirect_uris": [CALLBACK + "#fragment"]}, "invalid_redirect_uri"),
        ({"redirect_uris": []}, "invalid_redirect_uri"),
        ({"redirect_uris": "text"}, "invalid_redirect_uri"),
        ({"redirect_uris": ["http://app.example.test/cb"]}, "invalid_redirect_uri"),
        ({"initiate_login_uri": "http://app.example.test/start"}, "invalid_client_metadata"),
        ({"grant_types": ["client_credentials"]}, "invalid_client_metadata"),
        ({"grant_types": ["refresh_token"]}, "invalid_client_metadata"),
        ({"response_types": ["id_token"]}, "invalid_client_metadata"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "invalid_client_metadata"),
        ({"id_token_signed_response_alg": "none"}, "invalid_client_metadata"),
        ({"jwks": {"keys": [{"kty": "RSA", "d": "x"}]}}, "invalid_client_metadata"),
        ({"jwks": {"keys": []}, "jwks_uri": "https://app.example.test/jwks"}, "invalid_client_metadata"),
        ({"client_name": "a\u0000b"}, "invalid_client_metadata"),
        ({"default_max_age": True}, "invalid_client_metadata"),
        ({"scope": "admin"}, "invalid_client_metadata"),
        ({"software_statement": "a.b.c"}, "unapproved_software_statement"),
    ],
)
def test_metadata_is_refused_to_the_letter(harness: Harness, members: dict[str, Any], code: str) -> None:
    """Conformance: oidcc-redirect-uri-regfrag, and http for initiate_login_uri in the plan of third-party login."""
    response = Registrant(harness).send(GOOD | members)
    assert (response.status_code, (response.json or {})["error"]) == (400, code)
    description = (response.json or {})["error_description"]
    assert description.isascii()
    assert not set(description) & set('"\\')
    assert count(harness, "clients") == 0
    assert events(harness, "client.registered") == 1


HOSTILE: list[Any] = [
    "", "\u202e", "é", "a\nb", "https://[::1/cb", "https://a:99999/", "https://" + "a" * 3000, "javascript:alert(1)",
    "https://127.0.0.1/x", 0, -1, 10**30, 1.5, True, [], [[]], [1], [""], ["https://[::1/cb"], ["x"] * 500, {},
    {"keys": [{}]}, {"keys": None}, {"keys": [{"kty": "RSA", "n": 1, "e": []}]},
]  # fmt: skip


def test_no_value_of_a_member_is_a_fault_of_ours(databases: Databases, tmp_path: Path) -> None:
    names = (
        "redirect_uris",
        "client_name",
        "client_uri",
        "scope",
        "jwks",
        "default_max_age",
        "grant_types",
        "contacts",
    )
    more = ("subject_type", "initiate_login_uri", "request_uris", "require_signed_request_object")
    with running(databases, tmp_path, client_registration="open", registrations_per_network=1000) as made:
        registrant = Registrant(made)
        answers = {registrant.send(GOOD | {name: value}).status_code for name in (*names, *more) for value in HOSTILE}
    assert answers == {201, 400}


def test_what_is_no_json_object_is_refused(harness: Harness) -> None:
    http = Registrant(harness).http
    for body, kind in ((b"{}", "text/plain"), (b"[]", "application/json"), (b'{"a":1,"a":2}', "application/json")):
        response = http.post("/register", data=body, content_type=kind)
        assert (response.status_code, (response.json or {})["error"]) == (400, "invalid_client_metadata")


def test_what_is_not_there_is_said_in_json(harness: Harness) -> None:
    """RFC 7592 section 2.1: also of an id that no client can have."""
    registrant = Registrant(harness)
    for path, method, allowed in (("/register", "GET", {"POST"}), ("/register/web", "POST", {"GET", "PUT", "DELETE"})):
        answer = registrant.http.open(path, method=method)
        assert (answer.status_code, (answer.json or {})["error"]) == (405, "invalid_request")
        assert set(answer.headers["Allow"].split(", ")) >= allowed
    for odd in ("a b", "a/b", "\u0000", "x" * 200):
        answer = registrant.http.get(f"/register/{odd}", headers={"Authorization": "Bearer x"})
        assert (answer.status_code, (answer.json or {})["error"]) == (401, "invalid_token"), odd


def test_a_client_reads_replaces_and_removes_its_registration(harness: Harness) -> None:
    registrant = Registrant(harness)
    client = registrant.register(contacts=["ops@example.test"])
    shown = registrant.manage(client, "GET")
    assert shown.status_code == 200
    assert (shown.json or {})["contacts"] == ["ops@example.test"]
    assert (shown.json or {})["registration_access_token"] == client["registration_access_token"]
    other = registrant.register()
    for token in ("wrong", other["registration_access_token"]):
        response = registrant.manage(client, "GET", token=token)
        assert (response.status_code, "invalid_token" in response.headers["WWW-Authenticate"]) == (401, True)
    wanted = GOOD | {"client_id": client["client_id"], "client_name": "New", "client_secret": client["client_secret"]}
    replaced = registrant.manage(client, "PUT", wanted)
    assert (replaced.status_code, (replaced.json or {})["client_name"]) == (200, "New")
    assert "contacts" not in (replaced.json or {})
    for wrong in ({"client_secret": "mine"}, {"client_id": "other"}, {"client_id_issued_at": 1}):
        assert registrant.manage(client, "PUT", wanted | wrong).status_code == 400
    assert registrant.manage(client, "DELETE").status_code == 204
    assert registrant.manage(client, "GET").status_code == 401
    assert count(harness, "client_registrations") == 1


def test_what_administrators_set_outlives_a_replacement(harness: Harness) -> None:
    registrant = Registrant(harness)
    client = registrant.register()
    options = ("--min-acr", "mfa", "--profile", "strict", "--strict-auth-method", "--pkce", "required")
    Command.of(harness.settings).done("clients", "set", client["client_id"], *options)
    wanted = GOOD | {"client_id": client["client_id"], "security_profile": "standard"}
    assert registrant.manage(client, "PUT", wanted).status_code == 200
    shown = Command.of(harness.settings).read("clients", "show", client["client_id"])
    assert (shown["min_acr"], shown["security_profile"], shown["strict_auth_method"]) == ("mfa", "strict", True)


def test_a_network_registers_a_bounded_number(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path, client_registration="open", registrations_per_network=2) as made:
        registrant = Registrant(made)
        registrant.http = browser_at(made).client
        answers = [registrant.send(GOOD) for _ in range(3)]
        assert [each.status_code for each in answers] == [201, 201, 429]
        assert "Retry-After" in answers[-1].headers
        registrant.http = browser_at(made, "").client
        without_address = [registrant.send(GOOD).status_code for _ in range(3)]
        assert without_address == [201] * 3, "no limit is shared by clients whose address is not known"


def test_a_client_replaces_its_registration_a_bounded_number_of_times(harness: Harness) -> None:
    """Each replacement may fetch what its addresses hold; without the token, nothing is counted."""
    registrant = Registrant(harness)
    client, other = registrant.register(), registrant.register()
    wrong = {"client_id": "other"}
    assert registrant.manage(client, "PUT", wrong, token="wrong").status_code == 401
    statuses = [registrant.manage(client, "PUT", wrong).status_code for _ in range(CHANGE_LIMIT.short_count + 1)]
    assert statuses == [400] * CHANGE_LIMIT.short_count + [429]
    assert registrant.manage(other, "PUT", GOOD | {"client_id": other["client_id"]}).status_code == 200
    harness.clock.advance(CHANGE_LIMIT.short_seconds)
    assert registrant.manage(client, "PUT", GOOD | {"client_id": client["client_id"]}).status_code == 200


def test_an_initial_access_token_is_bounded_in_number_and_time(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path, client_registration="token") as made:
        command = Command.of(made.settings)
        assert Registrant(made).send(GOOD).status_code == 401
        token = command.read("clients", "tokens", "add", "--note", "Suite", "--uses", "2")["initial_access_token"]
        registrant = Registrant(made, token)
        assert registrant.send(GOOD | {"redirect_uris": []}).status_code == 400  # uses nothing up
        assert [registrant.send(GOOD).status_code for _ in range(3)] == [201, 201, 401]
        (row,) = command.read("clients", "tokens", "list")
        assert (row["note"], row["uses_left"]) == ("Suite", 0)
        with made.services.database.write() as tx:  # not the command, which has a clock of its own
            late = client_registrations.make_token(tx, made.services.entropy, note="Late", uses=1, life=DAY)
        made.clock.advance(DAY)
        assert Registrant(made, late).send(GOOD).status_code == 401


def test_one_use_is_claimed_by_one_of_many(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path, client_registration="token") as made:
        token = Command.of(made.settings).read("clients", "tokens", "add", "--note", "One")["initial_access_token"]
        crowd = [Registrant(made, token) for _ in range(8)]
        answers = [each.status_code for each in rush([functools.partial(each.send, GOOD) for each in crowd])]
        assert sorted(answers) == [201] + [401] * 7
        assert count(made, "clients") == 1


def test_an_administrator_approves_of_each_client_and_of_each_change(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path, client_registration="approval") as made:
        registrant, command = Registrant(made), Command.of(made.settings)
        client = registrant.register()
        client_id = client["client_id"]
        assert command.read("clients", "show", client_id)["disabled"] is True
        with made.services.database.read() as tx:
            ((_, waiting),) = tx.client_registrations.waiting(limit=5)
        assert waiting == "Suite"
        command.done("clients", "enable", client_id)
        assert command.read("clients", "show", client_id)["disabled"] is False
        assert events(made, "client.approved") == 1
        same = GOOD | {"client_id": client_id}
        assert registrant.manage(client, "PUT", same).status_code == 200
        assert command.read("clients", "show", client_id)["disabled"] is False
        elsewhere = same | {"redirect_uris": ["https://evil.example.test/cb"]}
        assert registrant.manage(client, "PUT", elsewhere).status_code == 200
        assert command.read("clients", "show", client_id)["disabled"] is True


def test_a_disabled_client_cannot_come_back_by_itself(databases: Databases, tmp_path: Path) -> None:
    """Under another name it would wait for an approval again, and removed it would register anew."""
    with running(databases, tmp_path, client_registration="approval") as made:
        registrant, command = Registrant(made), Command.of(made.settings)
        client = registrant.register()
        other = GOOD | {"client_id": client["client_id"], "client_name": "Other"}
        assert registrant.manage(client, "PUT", other).status_code == 200, "it waits, and can mend a mistake"
        command.done("clients", "enable", client["client_id"])
        command.done("clients", "disable", client["client_id"])
        for answer in (registrant.manage(client, "PUT", other | GOOD), registrant.manage(client, "DELETE")):
            assert (answer.status_code, (answer.json or {})["error"]) == (403, "access_denied")
        assert events(made, "client.changed", "failure") == events(made, "client.removed", "failure") == 1
        with made.services.database.read() as tx:
            assert tx.client_registrations.waiting(limit=5) == []
        assert registrant.manage(client, "GET").status_code == 200


def test_an_administrator_enables_what_was_shown(databases: Databases, tmp_path: Path) -> None:
    with running(databases, tmp_path, client_registration="approval") as made:
        registrant = Registrant(made)
        client = registrant.register()
        page = f"/admin/apps/{client['client_id']}"
        owner = console(made, path=page)
        elsewhere = {"client_id": client["client_id"], "redirect_uris": ["https://evil.example.test/cb"]}
        assert registrant.manage(client, "PUT", GOOD | elsewhere).status_code == 200
        assert owner.browser.submit(action="/state").status_code == 409
        assert owner.post(f"{page}/state", state="enabled").status_code == 409
        owner.browser.get(page)
        assert "evil.example.test" in owner.browser.page.text
        assert "app was enabled" in words(owner.browser.submit(action="/state"))


@pytest.mark.parametrize(
    ("members", "first_party"),
    [
        ({"client_name": "Other"}, True),
        ({"redirect_uris": [CALLBACK, "https://evil.example.test/cb"]}, False),
        ({"token_endpoint_auth_method": "client_secret_post"}, True),
        ({"jwks": {"keys": [KEY]}}, False),
        ({"jwks_uri": "https://app.example.test/jwks"}, False),
    ],
)
def test_a_client_that_becomes_another_is_first_party_no_more(
    harness: Harness, members: dict[str, Any], *, first_party: bool
) -> None:
    registrant, command = Registrant(harness), Command.of(harness.settings)
    client = registrant.register()
    command.done("clients", "set", client["client_id"], "--first-party")
    assert registrant.manage(client, "PUT", GOOD | {"client_id": client["client_id"]} | members).status_code == 200
    assert command.read("clients", "show", client["client_id"])["first_party"] is first_party
    with harness.services.database.read() as tx:
        (last, *_) = tx.audit.latest(event="client.changed", limit=1)
    assert last.detail["by_itself"] is True
    assert ("first_party" in last.detail["changed"]) is not first_party


def test_a_client_that_signs_with_its_secret_registers(harness: Harness) -> None:
    registrant, method = Registrant(harness), {"token_endpoint_auth_method": "client_secret_jwt"}
    assert registrant.register(**method)["client_secret"]
    basic = registrant.register()
    changed = registrant.manage(basic, "PUT", GOOD | {"client_id": basic["client_id"]} | method)
    assert changed.status_code == 200
    assert (changed.json or {})["client_secret"] != basic["client_secret"]


@pytest.mark.parametrize("registration", ["open", "approval"])
def test_strangers_may_not_ask_people_to_sign_in(databases: Databases, tmp_path: Path, registration: str) -> None:
    """CIBA: an app that anybody can register could ask, and mail, everybody."""
    members = {"client_name": "Till", "grant_types": [CIBA], "response_types": [], "redirect_uris": []}
    with running(databases, tmp_path, client_registration=registration) as made:
        answer = Registrant(made).send(members | {"backchannel_token_delivery_mode": "poll"})
        assert answer.status_code == (400 if registration == "open" else 201)
        assert ((answer.json or {}).get("error") == "invalid_client_metadata") == (registration == "open")


def test_who_registered_without_a_token_does_not_ask_people(databases: Databases, tmp_path: Path) -> None:
    """When it was open. Who came with a token may choose CIBA later."""
    body = GOOD | {"grant_types": ["authorization_code", CIBA], "backchannel_token_delivery_mode": "poll"}
    with running(databases, tmp_path, client_registration="open") as made:
        stranger = Registrant(made).register()
        later = Harness(made.settings.database_url, tmp_path, client_registration="token")
        token = Command.of(later.settings).read("clients", "tokens", "add", "--note", "One")["initial_access_token"]
        known = Registrant(later, token).register()
        for client, status in ((stranger, 400), (known, 200)):
            answer = Registrant(later).manage(client, "PUT", body | {"client_id": client["client_id"]})
            assert answer.status_code == status, answer.text
        later.close()


def test_a_client_that_nobody_used_goes_away(harness: Harness) -> None:
    used, unused = Registrant(harness).register(), Registrant(harness).register()
    harness.client("administrators")
    harness.clock.advance(29 * DAY)
    assert Registrant(harness).manage(used, "PUT", GOOD | {"client_id": used["client_id"]}).status_code == 200
    harness.clock.advance(2 * DAY)
    assert purge(harness.services.database, harness.settings)["clients"] == 1
    assert Registrant(harness).manage(unused, "GET").status_code == 401
    assert Registrant(harness).manage(used, "GET").status_code == 200
    assert count(harness, "clients") == 2
    assert events(harness, "client.expired") == 1


def test_a_client_that_goes_away_leaves_no_rights_for_a_later_one(harness: Harness) -> None:
    client_id = Registrant(harness).register()["client_id"]
    with harness.services.database.write() as tx:
        tx.apis.add(Api("https://api.example.test", "Orders", {}, exchange_clients=[client_id]))
    harness.clock.advance(31 * DAY)
    assert purge(harness.services.database, harness.settings)["clients"] == 1
    with harness.services.database.read() as tx:
        assert [api.exchange_clients for api in tx.apis.all()] == [[]]


@pytest.mark.parametrize("grant", [CLIENT_CREDENTIALS, TOKEN_EXCHANGE])
def test_a_client_that_needs_no_sign_in_stays(harness: Harness, grant: str) -> None:
    client_id = Registrant(harness).register()["client_id"]
    with harness.services.database.write() as tx:
        tx.clients.change(client_id, {"grant_types": ["authorization_code", grant]})
    harness.clock.advance(31 * DAY)
    assert purge(harness.services.database, harness.settings)["clients"] == 0


@contextlib.contextmanager
def website(
    directory: Path, monkeypatch: pytest.MonkeyPatch, content: object, before: Callable[[], object] = lambda: None
) -> Iterator[str]:
    """A site with TLS that the product trusts, which answers everything with these bytes, or this as JSON.

    `before` is called before each answer.
    """

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            before()
            body = content if isinstance(content, bytes) else json.dumps(content).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    context: ssl.SSLContext = self_signed(directory, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(directory / "certificate.pem"))
    http_client._tls_context.cache_clear()  # it trusts the site of the last test
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://localhost:{server.server_port}/sector.json"
        server.shutdown()
    http_client._tls_context.cache_clear()


@pytest.mark.module("oidcc-registration-sector-uri", "oidcc-registration-sector-bad")
def test_a_sector_identifier_must_list_every_redirect_uri(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conformance: oidcc-registration-sector-uri, oidcc-registration-sector-bad."""
    with website(tmp_path, monkeypatch, [CALLBACK, "https://other.example.test/cb"]) as uri:
        pairwise = {"subject_type": "pairwise", "sector_identifier_uri": uri}
        client = Registrant(harness).register(**pairwise)
        assert client["sector_identifier_uri"] == uri
        several = {"redirect_uris": [CALLBACK, "https://third.example.test/cb"]}
        bad = Registrant(harness).send(GOOD | pairwise | several)
        assert (bad.status_code, (bad.json or {})["error"]) == (400, "invalid_client_metadata")
    assert Registrant(harness).send(GOOD | several | {"subject_type": "pairwise"}).status_code == 400
    private = {"sector_identifier_uri": "https://10.0.0.1/sector.json"}
    assert Registrant(harness).send(GOOD | private).status_code == 400


def test_ids_of_a_sector_are_not_given_to_who_only_names_its_addresses(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that asks for sign-ins itself needs no redirect URI to get tokens, so it could name somebody else's."""
    asks = {"grant_types": [CIBA], "response_types": [], "subject_type": "pairwise"} | POLLS
    keys = {"token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://app.example.test/keys"}
    foreign = {"jwks_uri": "https://mallory.example.test/keys"}
    with (
        running(databases, tmp_path, client_registration="approval", private_hosts="localhost") as made,
        website(tmp_path, monkeypatch, [CALLBACK, keys["jwks_uri"]]) as uri,
    ):
        sector = {"sector_identifier_uri": uri}
        for members, status in (
            (asks, 400),
            (asks | keys | foreign, 400),
            (asks | keys, 201),
            (asks | sector, 400),
            (asks | sector | {"redirect_uris": []}, 400),
            (asks | sector | keys | foreign, 400),
            (asks | sector | keys, 201),
            (asks | {"redirect_uris": []}, 201),
        ):
            answer = Registrant(made).send(GOOD | members)
            assert answer.status_code == status, (members, answer.text)


@contextlib.contextmanager
def busy(harness: Harness) -> Iterator[None]:
    """As many threads as may are waiting for another server."""
    with receiver() as slow, ThreadPoolExecutor(1) as pool:
        slow.hangs = 1
        waiting = pool.submit(harness.services.documents.fetch, slow.url)
        assert slow.called.wait(5)
        yield
        waiting.result()


def test_registrations_wait_for_other_servers_on_a_share_of_the_threads_only(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"client_registration": "open", "private_hosts": "localhost", "worker_threads": 5, "hash_queue": 1}
    with running(databases, tmp_path, **settings) as made:
        registrant = Registrant(made)
        client = registrant.register()
        with website(tmp_path, monkeypatch, [CALLBACK]) as uri:
            sector = GOOD | {"subject_type": "pairwise", "sector_identifier_uri": uri}
            with busy(made):
                again = registrant.manage(client, "PUT", sector | {"client_id": client["client_id"]})
                for answer in (registrant.send(sector), again):
                    assert (answer.status_code, (answer.json or {})["error"]) == (503, "temporarily_unavailable")
                    assert int(answer.headers["Retry-After"]) > 0
            assert registrant.send(sector).status_code == 201
        with website(tmp_path, monkeypatch, PICTURE) as uri, busy(made):
            without = registrant.register(logo_uri=uri)
        assert registrant.http.get(f"/client-logos/{without['client_id']}").status_code == 404


def test_what_an_administrator_changes_meanwhile_is_not_undone(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registrant, command = Registrant(harness), Command.of(harness.settings)
    client_id = (client := registrant.register())["client_id"]
    command.done("clients", "set", client_id, "--first-party")

    def change() -> None:
        command.done("clients", "set", client_id, "--no-first-party")

    with website(tmp_path, monkeypatch, [CALLBACK], before=change) as uri:
        wanted = GOOD | {"client_id": client_id, "sector_identifier_uri": uri}
        assert registrant.manage(client, "PUT", wanted).status_code == 400
    assert command.read("clients", "show", client_id)["first_party"] is False


@pytest.mark.module("oidcc-registration-logo-uri")
def test_a_logo_is_fetched_once_and_a_missing_one_does_no_harm(
    harness: Harness, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Conformance: oidcc-registration-logo-uri."""
    registrant = Registrant(harness)
    with website(tmp_path, monkeypatch, PICTURE) as uri:
        client = registrant.register(logo_uri=uri)
    assert client["logo_uri"] == uri
    assert registrant.http.get(f"/client-logos/{client['client_id']}").data == PICTURE
    RelyingParty(harness).send(browser, client_id=client["client_id"], redirect_uri=CALLBACK)
    assert f'src="/client-logos/{client["client_id"]}' in browser.page.text
    without = registrant.register(logo_uri=uri)
    assert registrant.http.get(f"/client-logos/{without['client_id']}").status_code == 404
