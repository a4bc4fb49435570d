"""`idp demo`, which is `./dev run`: one command, everything running, nothing lost, nothing left behind."""

import json
import os
import re
import signal
import socket
import stat
import subprocess
from pathlib import Path

from idp.factors.sent_code import parse_phone_number
from idp.server.demo.demonstration import Demonstration
from tests.support.command import PATIENCE, Command, fetch, free_port
from tests.support.servers import read_until_demo_runs


def test_it_runs_keeps_its_data_and_stops_everything(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    arguments = (
        *("demo", "--port", str(ports[0]), "--app-port", str(ports[1])),
        *("--data-dir", str(tmp_path / "data"), "--keys-dir", str(tmp_path / "keys")),
    )
    command, seen = Command({}), []
    for sign in (signal.SIGINT, signal.SIGTERM):
        with command.running(*arguments) as process:
            said = read_until_demo_runs(process)
            for port in ports:
                assert f"http://localhost:{port}" in said
            (number,) = re.findall(r"for example (\+[0-9 ]+)", said)
            assert parse_phone_number(number)
            seen.append(re.findall(r"(?:demo|admin) +([a-z0-9]{5}(?:-[a-z0-9]{5}){3})", said))
            status, body = fetch(ports[0], "/.well-known/openid-configuration")
            assert (status, json.loads(body)["issuer"]) == (200, f"http://localhost:{ports[0]}")
            assert "Sign in" in fetch(ports[1], "/")[1]
            os.kill(process.pid, sign)
            assert process.wait(PATIENCE) == 0
        for port in ports:
            with socket.socket() as free:
                free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                free.bind(("127.0.0.1", port))
    assert seen[0] == seen[1]
    assert len(seen[0]) == 2
    assert stat.S_IMODE((tmp_path / "data" / "secrets.json").stat().st_mode) == 0o600
    command = Command({"IDP_CONFIG": str(tmp_path / "data" / "countersign.toml")})
    people = command.read("users", "list")
    assert [(user["username"], user["second_step_required"]) for user in people] == [("admin", True), ("demo", True)]
    for user in people:
        assert command.read("users", "show", user["username"])["email_verified"], "some apps refuse others"


def test_a_checkout_that_others_may_write_to_is_no_obstacle(tmp_path: Path) -> None:
    """Many systems give new folders to a group; the demonstration closes its keys folder itself."""
    keys = tmp_path / "keys"
    keys.mkdir()
    keys.chmod(0o775)
    Demonstration(tmp_path / "data", keys, 1, 2).prepare()
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


def test_an_app_that_moved_to_another_port_is_registered_anew(tmp_path: Path) -> None:
    secrets = [Demonstration(tmp_path / "data", tmp_path / "keys", 1, port).prepare() for port in (5001, 5001, 5002)]
    assert secrets[0] == secrets[1]
    assert secrets[1].client_secret != secrets[2].client_secret
    assert secrets[1].passwords == secrets[2].passwords
    command = Command({"IDP_CONFIG": str(tmp_path / "data" / "countersign.toml")})
    assert command.read("clients", "show", "sample")["redirect_uris"] == ["http://localhost:5002/callback"]


def test_a_taken_port_is_named_with_its_option_before_anything_is_made(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for option, other in (("--port", "--app-port"), ("--app-port", "--port")):
            said = Command({}).refused("demo", option, port, other, str(free_port()), "--data-dir", str(data))
            assert f"port {port} on 127.0.0.1 is taken" in said
            assert f"with {option}." in said
    assert not data.exists()


def test_when_one_program_dies_the_other_is_stopped_and_its_last_words_are_told(tmp_path: Path) -> None:
    ports = [free_port(), free_port()]
    arguments = (
        *("demo", "--port", str(ports[0]), "--app-port", str(ports[1])),
        *("--data-dir", str(tmp_path / "data"), "--keys-dir", str(tmp_path / "keys")),
    )
    with Command({}).running(*arguments) as process:
        read_until_demo_runs(process)
        listed = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
        os.kill(max(int(pid) for pid in listed.stdout.split()), signal.SIGKILL)
        assert process.wait(PATIENCE) == 1
        assert process.stdout is not None
        assert "The sample app ended" in process.stdout.read()
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", ports[0]))
