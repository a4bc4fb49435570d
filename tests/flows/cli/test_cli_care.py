"""Looking after an installation: tables, keys, purging, and the doctor."""

import contextlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from idp import audit
from idp.messaging.codes import SMS, WHATSAPP
from idp.messaging.logout_notifications import BACKCHANNEL_LOGOUT
from idp.messaging.notices import EMAIL
from idp.persistence import schema
from idp.persistence.outbox import OutboxMessage
from idp.server.doctor import checks
from idp.signing.algorithms import OWN
from tests.support.command import PROGRAM, Command, free_port
from tests.support.databases import Databases
from tests.support.harness import PASSWORD, Harness
from tests.support.providers import TWILIO, TwilioApi
from tests.support.receiver import receiver
from tests.support.tables import count, events


@pytest.fixture
def command(databases: Databases, tmp_path: Path) -> Iterator[Command]:
    with databases.fresh() as url:
        yield Command.for_development(tmp_path, database_url=url, issuer=f"http://localhost:{free_port()}")


def levels(command: Command) -> dict[str, set[str]]:
    """What the doctor says of each topic."""
    found = json.loads(command.run("doctor", "--json").stdout)
    topics = {finding["topic"] for finding in found}
    return {topic: {finding["level"] for finding in found if finding["topic"] == topic} for topic in topics}


def test_help_names_every_command(command: Command) -> None:
    said = command.done("--help")
    for name in ("serve", "demo", "db", "users", "clients", "keys", "audit", "doctor", "purge"):
        assert f"  {name} " in said
    command.refused("nonsense", code=2)
    assert command.done("--version") == f"{importlib.metadata.version('countersign')}\n"


def test_tables_are_made_once_and_told_about(command: Command) -> None:
    assert command.read("db", "current") == {"state": "empty", "revision": None, "needed": schema.head()}
    assert "Run: idp db upgrade" in command.refused("users", "list")
    assert "now" in command.done("db", "upgrade")
    assert "already" in command.done("db", "upgrade")
    assert command.read("db", "current")["state"] == "current"
    assert command.read("users", "list") == []


def test_a_database_that_cannot_be_reached_is_a_sentence(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none?connect_timeout=2"
    command = Command.for_development(tmp_path, database_url=url)
    for arguments in (("users", "list"), ("db", "upgrade"), ("serve", "--port", str(free_port()))):
        said = command.refused(*arguments)
        assert "cannot be reached" in said
        assert "Traceback" not in said


def test_a_malformed_address_of_the_database_is_a_sentence(tmp_path: Path) -> None:
    command = Command.for_development(tmp_path, database_url="postgresql+psycopg://me:hunter2@db:port/x")
    assert "its address is malformed" in (told := command.refused("db", "upgrade"))
    assert "hunter2" not in told


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize(("name", "mode"), [("countersign.db", 0o400), (".", 0o500)])
def test_a_database_that_cannot_be_written_stops_the_start_and_the_doctor_sees_it(
    tmp_path: Path, name: str, mode: int
) -> None:
    command = Command.for_development(tmp_path)
    command.done("db", "upgrade")
    closed = tmp_path / "data" / name
    closed.chmod(mode)
    try:
        assert "may not write" in command.refused("serve", "--port", str(free_port()))
        assert levels(command)["database"] == {"FAIL"}
    finally:
        closed.chmod(0o700)


def test_a_keys_directory_that_cannot_be_used_is_a_sentence(command: Command, tmp_path: Path) -> None:
    command.done("db", "upgrade")
    (tmp_path / "keys").touch()
    for arguments in (("keys", "list"), ("keys", "rotate"), ("keys", "reseal", "--new-key"), ("audit", "verify")):
        assert f"{tmp_path / 'keys'} cannot be used: File exists." in command.refused(*arguments)


def test_a_data_directory_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    command = Command.for_development(tmp_path, data_dir=tmp_path / "file" / "data")
    assert "IDP_DATA_DIR" in command.refused("db", "upgrade")


def test_keys_are_listed_and_rotated_in_order(command: Command) -> None:
    command.done("db", "upgrade")
    first = command.read("keys", "list")
    assert {(key["alg"], key["state"]) for key in first} == {(alg, "active") for alg in OWN}
    assert "published a new ES256 key" in command.done("keys", "rotate", "--alg", "ES256")
    line = [key for key in command.read("keys", "list") if key["alg"] == "ES256"]
    assert [key["state"] for key in line] == ["active", "next"], "published before it signs"
    assert line[1]["until"] == line[1]["signs_from"]
    assert "Nothing to do" in command.done("keys", "rotate", "--alg", "ES256")
    command.done("keys", "rotate", "--now", "--alg", "ES256")
    states = [key["state"] for key in command.read("keys", "list") if key["alg"] == "ES256"]
    assert states == ["retired", "retired", "active"], "what was signed stays valid"
    assert "ALGORITHM" in command.done("keys", "list")
    command.refused("keys", "rotate", "--alg", "HS256", code=2)


def test_purging_deletes_what_has_ended_and_counts_it(harness: Harness) -> None:
    with harness.services.database.write() as tx:
        tx.revoked_tokens.add("old", harness.clock.now() - 400 * 86400)
    assert Command.of(harness.settings).read("purge")["revoked_tokens"] == 1
    assert count(harness, "revoked_tokens") == 0
    assert "Deleted 0 rows" in Command.of(harness.settings).done("purge")


def test_rotation_by_command_is_in_the_audit_trail(harness: Harness) -> None:
    Command.of(harness.settings).done("keys", "rotate", "--now")
    assert events(harness, "keys.rotated") == 1


def test_the_doctor_changes_nothing_and_says_what_is_missing(command: Command, tmp_path: Path) -> None:
    result = command.run("doctor")
    assert result.exit_code == 1
    assert "FAIL  database" in result.stdout
    assert "idp db upgrade" in result.stdout
    assert list(tmp_path.iterdir()) == [], "looking makes nothing"


def test_looking_makes_no_sealing_key_when_it_is_missing(harness: Harness) -> None:
    file = harness.settings.keys_dir / "sealing.json"
    file.unlink()
    for arguments in (("audit", "verify"), ("audit", "accept-end", "--yes"), ("keys", "reseal")):
        assert "sealing.json cannot be used: No such file" in Command.of(harness.settings).refused(*arguments)
        assert not file.exists()


def test_the_doctor_warns_of_a_disk_that_is_almost_full(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command.done("db", "upgrade")
    assert "almost full" not in command.run("doctor").stdout
    monkeypatch.setattr(checks, "LEAST_FREE", sys.maxsize)
    assert levels(command)["disk"] == {"warn"}


def test_the_doctor_finds_each_ill_and_names_the_remedy(command: Command, tmp_path: Path) -> None:
    command.done("db", "upgrade")
    command.done("users", "add", "jane", stdin=f"{PASSWORD}\n")
    command.done("keys", "list")
    key = next((tmp_path / "keys").glob("signing-*"))
    assert "sealing.json is missing" in command.run("doctor").stdout
    key.chmod(0o640)
    (tmp_path / "data").chmod(0o755)
    bad = {"IDP_SMTP_URL": f"smtp://127.0.0.1:{free_port()}", "IDP_ATTESTATION_ROOTS": str(key)}
    ill = Command(command.environment | bad)
    found = levels(ill)
    assert (found["keys"], found["mail"], found["issuer"]) == ({"FAIL"}, {"FAIL"}, {"warn"})
    assert {"warn", "FAIL"} <= found["settings"]
    assert f"chmod 600 {key}" in ill.run("doctor").stdout
    assert ill.run("doctor").exit_code == 1
    key.write_text("{}", encoding="utf-8")
    key.chmod(0o600)
    assert levels(command)["keys"] == {"FAIL"}, "not a key"


def test_the_doctor_says_what_a_password_costs(command: Command) -> None:
    found = []
    for passes in ("1", "20"):
        settings = {"IDP_HASH_MEMORY_KIB": "7168", "IDP_HASH_TIME_COST": passes}
        said = Command(command.environment | settings).run("doctor").stdout
        found += re.findall(r"ok +hashing +a password takes (\d+) ms of a processor", said)
    assert int(found[0]) < int(found[1])


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process has no such limit")
def test_the_doctor_finds_that_memory_for_passwords_is_missing(command: Command) -> None:
    environment = os.environ | command.environment | {"IDP_HASH_MEMORY_KIB": "4194304"}
    limited = ["sh", "-c", 'ulimit -v 2000000 && exec "$0" doctor', str(PROGRAM)]
    said = subprocess.run(limited, env=environment, capture_output=True, text=True, check=False).stdout
    assert re.search("FAIL +hashing +no password can be compared: .*has ended; is there enough memory", said)
    assert "Lower IDP_HASH_MEMORY_KIB (4194304)" in said


def test_the_doctor_explains_settings_that_cannot_be_used() -> None:
    result = Command({"IDP_ISUER": "x"}).run("doctor", "--json")
    assert result.exit_code == 1
    assert "did you mean IDP_ISSUER?" in result.stdout


def test_the_doctor_sees_a_clock_that_was_set_back(harness: Harness) -> None:
    harness.clock.advance(100 * 365 * 86400)
    harness.person("jane")
    with harness.services.database.write() as tx:
        audit.record(tx, audit.Event.SIGN_IN)
    assert "FAIL" in levels(Command.of(harness.settings))["clock"]


def test_the_doctor_names_what_could_not_be_delivered(harness: Harness) -> None:
    """The clock of the test stands in the past, so everything promised there is late."""
    with harness.services.database.write() as tx:
        for channel, recipient in ((EMAIL, "jane@example.test"), (SMS, "+14155550100"), (BACKCHANNEL_LOGOUT, "shop")):
            tx.outbox.enqueue(OutboxMessage(channel=channel, recipient=recipient, template="x", context={}))
    told = Command.of(harness.settings).run("doctor").stdout
    assert "1 mails wait for more than an hour" in told
    assert "1 text messages wait for more than a minute" in told
    assert "could not be told of logouts for more than an hour: shop" in told
    assert "4155550100" not in told


def test_the_doctor_asks_the_providers_and_sends_nothing(tmp_path: Path) -> None:
    api = TwilioApi()
    with receiver(api) as server:
        chosen = {"sms_provider": "twilio", "whatsapp_provider": "twilio", "twilio_url": server.origin, **TWILIO}
        command = Command.for_development(tmp_path, **chosen)
        assert [levels(command)[channel] for channel in (SMS, WHATSAPP)] == [{"ok"}, {"ok"}]
        api.error = (401, 20003)
        assert [levels(command)[channel] for channel in (SMS, WHATSAPP)] == [{"FAIL"}, {"FAIL"}]
        assert "Twilio answered 401, error 20003" in command.run("doctor").stdout
    assert api.taken == []
    production = {
        "IDP_MODE": "production",
        "IDP_ISSUER": "https://id.example.test",
        "IDP_SMTP_URL": "smtp://localhost:1",
    }
    bare = Command(Command.for_development(tmp_path).environment | production).run("doctor").stdout
    assert bare.count("not configured, so offered to nobody") == 2


def test_the_doctor_finds_a_running_server_well(command: Command) -> None:
    port = free_port()
    command = Command(command.environment | {"IDP_ISSUER": f"http://localhost:{port}"})
    with command.running("serve", "--upgrade", "--port", str(port), "--workers", "1") as process:
        assert process.stdout is not None
        next(line for line in process.stdout if not line.startswith("{"))
        found = levels(command)
        assert (found["issuer"], found["clock"], found["database"] >= {"ok"}) == ({"ok"}, {"ok"}, True)
        other = Command(command.environment | {"IDP_ISSUER": f"http://127.0.0.1:{port}"})
        assert levels(other)["issuer"] == {"warn"}, "it calls itself by another name"


def test_the_doctor_sees_that_another_server_answers_at_the_address(command: Command, tmp_path: Path) -> None:
    """It is called by the same name, and signs with other keys: tokens of one are refused by the other."""
    port = free_port()
    command = Command(command.environment | {"IDP_ISSUER": f"http://localhost:{port}"})
    other = Command(command.environment | {"IDP_KEYS_DIR": str(tmp_path / "other-keys")})
    other.done("keys", "list")
    with command.running("serve", "--upgrade", "--port", str(port), "--workers", "1") as process:
        assert process.stdout is not None
        next(line for line in process.stdout if not line.startswith("{"))
        assert levels(command)["issuer"] == {"ok"}
        told = other.run("doctor")
        assert (told.exit_code, levels(other)["issuer"]) == (1, {"FAIL"})
        assert f"another server answers at http://localhost:{port}" in told.stdout
        bare = Command(command.environment | {"IDP_KEYS_DIR": str(tmp_path / "no-keys")})
        assert levels(bare)["issuer"] == {"ok"}, "nothing to compare with"


@pytest.mark.parametrize(
    ("served", "says"),
    [
        ({"issuer": "{issuer}"}, "keys at another address"),
        ({"issuer": "{issuer}", "jwks_uri": "http://127.0.0.1:9/jwks"}, "keys at another address"),
        ({"issuer": "{issuer}", "jwks_uri": "{issuer}/missing"}, "status 404"),
        ({"issuer": "{issuer}", "jwks_uri": "{issuer}/list"}, "no OpenID provider"),
        ({"keys": []}, "no OpenID provider"),
    ],
)
def test_the_doctor_names_what_is_wrong_with_what_answers(
    command: Command, served: dict[str, object], says: str
) -> None:
    with documents(served) as issuer:
        told = Command(command.environment | {"IDP_ISSUER": issuer}).run("doctor").stdout
    assert says in told


@contextlib.contextmanager
def documents(discovery: dict[str, object]) -> Iterator[str]:
    """A server with this discovery document, and a list where an object is expected; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = {"/.well-known/openid-configuration": discovery, "/list": []}
            found = json.dumps(known.get(self.path)).replace("{issuer}", issuer).encode()
            self.send_response(200 if self.path in known else 404)
            self.send_header("Content-Length", str(len(found)))
            self.end_headers()
            self.wfile.write(found)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    with ThreadingHTTPServer(("localhost", 0), Handler) as server:
        issuer = f"http://localhost:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield issuer
        finally:
            server.shutdown()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_keys_that_cannot_be_read_are_a_sentence(command: Command, tmp_path: Path) -> None:
    command.done("keys", "list")
    next((tmp_path / "keys").glob("signing-*")).chmod(0)
    assert "keys" in command.refused("keys", "list")
