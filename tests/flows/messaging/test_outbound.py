"""Calling addresses that somebody typed: only out of this network, only in time, only once."""

import socket
import threading
import time
from pathlib import Path

import pytest

from idp.config import LOOPBACK, BadSettings, Settings, load
from idp.messaging.fetched_documents import FetchedDocuments, Unfetchable
from idp.messaging.http_client import Forbidden, HttpResponse, Outbound, form_content
from idp.messaging.public_addresses import is_public
from idp.messaging.smtp import Undelivered
from tests.support.mail_server import self_signed
from tests.support.receiver import receiver

INSIDE = [
    "127.0.0.1", "127.1.2.3", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",  # noqa: S104 - an address to be refused, not to listen on
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::1", "::",
    "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
    "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2001:db8::1",
    "2001::1", "::127.0.0.1",
]  # fmt: skip
OUTSIDE = ["8.8.8.8", "1.1.1.1", "151.101.1.69", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"]
DISGUISED = [
    "https://localhost", "https://127.0.0.1", "https://127.1", "https://2130706433", "https://0x7f000001",
    "https://017700000001", "https://0", "https://[::1]", "https://[::ffff:127.0.0.1]", "https://[::ffff:7f00:1]",
    "https://0.0.0.0", "https://169.254.169.254/latest/meta-data", "https://2852039166", "https://10.0.0.1:8443",
    "https://user@127.0.0.1", "https://LOCALHOST", "https://127.0.0.1.",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_outside_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", DISGUISED)
def test_nothing_inside_is_called_however_it_is_written(host: str) -> None:
    """The server listens, and must hear nothing: not even a connection."""
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.05)
        port = inside.getsockname()[1]
        url = f"{host}:{port}/x" if host.count(":") == 1 or host.endswith("]") else host
        with pytest.raises(Undelivered):
            Outbound(frozenset()).post(url, form_content({"a": "b"}))
        with pytest.raises(TimeoutError):
            inside.accept()


@pytest.mark.parametrize("url", ["http://example.com/", "ftp://example.com/", "file:///etc/passwd", "x", "https:///x"])
def test_only_https_leaves_this_machine(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(2, 1, 6, "", ("8.8.8.8", 80))])
    with pytest.raises(Forbidden):
        Outbound(LOOPBACK).post(url, form_content({}))


def test_one_private_address_among_public_ones_is_one_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(2, 1, 6, "", (address, 443)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(Forbidden, match="IDP_PRIVATE_HOSTS"):
        Outbound(frozenset()).post("https://app.example.com/", form_content({}))


def test_a_name_that_changes_its_mind_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the address that was judged is the one that is dialled."""
    asked, dialled = [], []

    def look_up(*_: object, **__: object) -> list[object]:
        asked.append(1)
        return [(2, 1, 6, "", ("8.8.8.8" if len(asked) == 1 else "127.0.0.1", 443))]

    def dial(address: tuple[str, int], **_: object) -> socket.socket:
        dialled.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(Undelivered):
        Outbound(frozenset()).post("https://app.example.com/", form_content({}))
    assert (dialled, len(asked)) == ([("8.8.8.8", 443)], 1)


def test_a_name_server_that_never_answers_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        given_up.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(Undelivered, match="name server"):
        Outbound(frozenset(), timeout=0.1).get("https://app.example.com/")
    given_up.set()


def test_no_document_is_fetched_from_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """SSRF by `jwks_uri`, `request_uri` and `sector_identifier_uri`: there is not even a connection."""

    def dial(address: object, **_: object) -> socket.socket:
        raise AssertionError(address)

    monkeypatch.setattr(socket, "create_connection", dial)
    literal = [f"https://[{each}]/" if ":" in each else f"https://{each}/" for each in INSIDE if "%" not in each]
    plain = [
        "http://8.8.8.8/",
        "http://169.254.169.254/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://8.8.8.8/",
    ]
    documents = FetchedDocuments(Outbound(frozenset()), most_at_once=1)
    for number, url in enumerate([*literal, *DISGUISED, *plain]):
        with pytest.raises(Unfetchable):
            documents.fetch(url)
        with pytest.raises(Unfetchable):
            documents.get(url, bytes, now=number)
    assert len({*literal, *DISGUISED, *plain}) >= 50


def test_a_document_elsewhere_is_no_document() -> None:
    """The server that a redirect names is not connected to."""
    documents = FetchedDocuments(Outbound(LOOPBACK), most_at_once=1)
    with receiver() as app, receiver() as other:
        app.status, app.location = 302, other.url
        with pytest.raises(Unfetchable, match="302"):
            documents.fetch(app.url)
        assert not other.called.is_set()


def test_an_authority_of_ones_own_vouches(tmp_path: Path) -> None:
    context = self_signed(tmp_path, "localhost")
    with receiver() as app:
        app.socket = context.wrap_socket(app.socket, server_side=True)
        trusting = Outbound(frozenset({"localhost"}), ca_bundle=str(tmp_path / "certificate.pem"))
        assert trusting.post(app.url.replace("http:", "https:"), form_content({"a": "b"})).status == 200
    values = {"IDP_ISSUER": "https://id.example.com", "IDP_SMTP_URL": "smtp://localhost"}
    with pytest.raises(BadSettings, match="IDP_CA_BUNDLE"):
        load(values | {"IDP_CA_BUNDLE": str(tmp_path / "none.pem")})


def test_a_handshake_that_takes_its_time_is_hung_up_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(Undelivered):
            Outbound(frozenset({"localhost"}), timeout=0.3).get(f"https://localhost:{silent.getsockname()[1]}/")
        assert time.monotonic() - began < 30


def test_an_app_on_this_machine_is_reached_while_developing() -> None:
    with receiver() as app:
        assert Outbound(LOOPBACK).post(app.url + "?a=b", form_content({"logout_token": "x y&z"})) == HttpResponse(
            200, b""
        )
    assert app.forms == [{"logout_token": "x y&z"}]
    assert app.paths == ["/backchannel-logout?a=b"]
    assert app.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"
    assert app.headers[0]["Host"] == f"localhost:{app.server_port}"


def test_redirects_are_answers_and_not_followed() -> None:
    with receiver() as app, receiver() as other:
        app.status, app.location = 307, other.url
        assert Outbound(LOOPBACK).post(app.url, form_content({})).status == 307
        assert not other.called.is_set()


@pytest.mark.parametrize("how", ["hangs", "drips"])
def test_an_app_that_takes_its_time_is_hung_up_on(how: str) -> None:
    with receiver() as app:
        setattr(app, how, 20)
        began = time.monotonic()
        with pytest.raises(Undelivered):
            Outbound(LOOPBACK).post(app.url, form_content({"a": "b"}))
        assert time.monotonic() - began < 15
        app.hangs = 0


def test_who_is_there_must_prove_it(tmp_path: Path) -> None:
    """A certificate nobody vouches for is a stranger's, on whatever network."""
    with receiver() as app:
        app.socket = self_signed(tmp_path).wrap_socket(app.socket, server_side=True)
        with pytest.raises(Undelivered, match="CERTIFICATE_VERIFY_FAILED"):
            Outbound(frozenset({"localhost"})).post(app.url.replace("http:", "https:"), form_content({"a": "b"}))
        assert app.forms == []


def test_hosts_inside_are_reached_only_where_the_operator_says_so() -> None:
    values = {"IDP_ISSUER": "https://id.example.com", "IDP_SMTP_URL": "smtp://localhost"}
    assert Outbound.from_settings(load(values)).trusted == frozenset()
    trusting = load(values | {"IDP_PRIVATE_HOSTS": "wiki.corp.example, 10.0.0.7"})
    assert Outbound.from_settings(trusting).trusted == {"wiki.corp.example", "10.0.0.7"}
    developing = Settings(issuer="http://localhost:8000", mode="development")
    assert Outbound.from_settings(developing).trusted == LOOPBACK
    for wrong in ("https://wiki.corp.example", "*.corp.example", "Wiki.corp.example", "a b"):
        with pytest.raises(BadSettings, match="IDP_PRIVATE_HOSTS"):
            load(values | {"IDP_PRIVATE_HOSTS": wrong})
