"""Requests for other hosts, and whatever else must not become a failure of ours."""

import json
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from tests.support.browser import Browser
from tests.support.databases import Databases, SqliteDatabases
from tests.support.harness import Harness, fresh_harness, migrate
from tests.support.network import browser_at
from tests.support.product import Product, running
from tests.support.relying_party import RelyingParty

HOST = "id.example.test"
MALFORMED = [
    "",
    ".",
    "..",
    "a..b",
    ".a",
    f"{'a' * 64}.example",
    "a." * 130 + "a",
    "a b",
    "a,b",
    "a/b",
    "ä",
    "[::1",
    "a:b",
    "@a",
]
FOREIGN = [
    "evil.example",
    "id.example.test.",
    "id.example.test.evil.example",
    "127.0.0.1:8000",
    "[::1]",
    "xid.example.test",
]
OURS = [HOST, HOST.upper(), f"{HOST}:443", f"{HOST}:8443", f"{HOST}:"]
PATHS = ["/account/security", "/authorize?client_id=x", "/token", "/static/countersign.css", "/nowhere"]
SECURITY_HEADERS = {
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
    "Strict-Transport-Security",
    "Content-Security-Policy",
    "Cache-Control",
}


def ask(harness: Harness, path: str, host: str, **facts: str) -> TestResponse:
    """Send a request with this Host header, as the server hands it on."""
    environ = {"HTTP_HOST": host, "SERVER_PROTOCOL": "HTTP/1.1", **facts}
    return Client(harness.app.wsgi_app).get(path, environ_overrides=environ)


@pytest.mark.parametrize(("hosts", "status"), [(MALFORMED, 400), (FOREIGN, 421)], ids=["malformed", "of somebody else"])
def test_hosts_that_are_not_the_issuers_are_refused_before_routing(
    harness: Harness, hosts: list[str], status: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for host in hosts:
            for path in PATHS:
                answer = ask(harness, path, host)
                assert (answer.status_code, answer.mimetype) == (status, "text/plain"), (host, path)
                assert set(answer.headers.keys()) >= SECURITY_HEADERS
                assert "Set-Cookie" not in answer.headers
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []
    assert len([record for record in caplog.records if record.name == "idp.request"]) == len(hosts) * len(PATHS)


def test_the_issuers_host_is_served_in_any_spelling(harness: Harness) -> None:
    assert {ask(harness, "/jwks", host).status_code for host in OURS} == {200}


def test_the_remedy_is_named(harness: Harness) -> None:
    said = ask(harness, "/jwks", "127.0.0.1:8000").text
    assert harness.settings.issuer in said
    assert "IDP_TRUSTED_PROXIES" in said


@pytest.fixture
def local(sqlite_databases: SqliteDatabases, tmp_path: Path) -> Iterator[Harness]:
    """An installation for development."""
    with sqlite_databases.fresh(migrate) as url:
        made = Harness(url, tmp_path, mode="development", issuer="http://localhost:8000")
        yield made
        made.close()


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/", "/"),
        ("/account/security?a=b%20c&d", "/account/security?a=b%20c&d"),
        ("/jwks", "/jwks"),
        ("/a%0d%0ab/ä", "/a%0D%0Ab/%C3%A4"),
    ],
)
def test_in_development_other_names_of_this_machine_lead_to_the_issuer(
    local: Harness, path: str, leads_to: str
) -> None:
    for host in ("127.0.0.1:8000", "[::1]:8000"):
        answer = ask(local, path, host)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"http://localhost:8000{leads_to}")
        assert set(answer.headers.keys()) >= SECURITY_HEADERS - {"Strict-Transport-Security"}
        assert "Set-Cookie" not in answer.headers
    elsewhere = ask(local, "/", "127.0.0.1:8000", PATH_INFO="//evil.example/x").headers["Location"]
    assert elsewhere == "http://localhost:8000/evil.example/x"


def test_in_development_nothing_else_is_redirected(local: Harness) -> None:
    for host in ("127.0.0.1", "127.0.0.1:5001", "evil.example:8000", "127.0.0.1.evil.example:8000"):
        answer = ask(local, "/", host)
        assert answer.status_code == 421, host
        assert "http://localhost:8000 only: open that address" in answer.text
    posted = Client(local.app.wsgi_app).post("/token", environ_overrides={"HTTP_HOST": "127.0.0.1:8000"})
    assert posted.status_code == 421
    assert ask(local, "/jwks", "localhost:8000").status_code == 200


def test_an_old_client_may_name_no_host(harness: Harness) -> None:
    assert ask(harness, "/jwks", "", SERVER_PROTOCOL="HTTP/1").status_code == 200
    assert ask(harness, "/jwks", "evil.example", SERVER_PROTOCOL="HTTP/1").status_code == 421


def test_behind_a_proxy_the_forwarded_host_counts(proxied: Harness) -> None:
    for host, forwarded, status in (
        ("127.0.0.1:8000", HOST, 200),
        (HOST, "", 200),
        (HOST, "evil.example", 421),
        (HOST, f"evil.example, {HOST}", 200),
        (HOST, f"{'a' * 64}.example", 400),
        (f"{HOST},{HOST}", HOST, 400),
        ("", HOST, 400),
    ):
        answer = ask(proxied, "/jwks", host, HTTP_X_FORWARDED_HOST=forwarded)
        assert answer.status_code == status, (host, forwarded)


@pytest.mark.parametrize(("proxies", "kept"), [(0, False), (1, True)])
def test_only_a_trusted_proxy_chooses_the_request_id(
    databases: Databases, tmp_path: Path, proxies: int, *, kept: bool
) -> None:
    with fresh_harness(databases, tmp_path, trusted_proxies=proxies) as harness:
        browser = Browser(harness)
        browser.get("/account/security")
        browser.headers["X-Request-Id"] = "chosen-by-somebody"
        page = browser.submit(username="nobody", password="wrong")
        with harness.services.database.read() as tx:
            stored = {event.request_id for event in tx.audit.latest(event="sign_in.password")}
    assert (page.headers["X-Request-Id"] == "chosen-by-somebody") is kept
    assert (stored == {"chosen-by-somebody"}) is kept
    assert len(stored) == 1
    assert "" not in stored


HANDLE = "pHZ0YzWQhIuRrVw3oMtq2yL8sX5dKfGb7nEjC1aT9uk"
ODD_PATHS = [
    f"/recover/{HANDLE}",
    f"//recover/{HANDLE}",
    f"/Recover/{HANDLE}",
    f"/x/recover/{HANDLE}/",
    f"/recover/ {HANDLE}",
    f"/recover/{HANDLE[:20]}=\n{HANDLE[20:]}",
    f"/login/recover/{HANDLE}",
    f"/recovery/{HANDLE}",
    f"/{HANDLE}",
    f"/undo/{HANDLE}.",
    f"/alert/x{HANDLE}",
    f"/email/%22{HANDLE}%22",
    f"/%2572ecover/{HANDLE}",
]


def logged(caplog: pytest.LogCaptureFixture, fact: str) -> list[Any]:
    """One fact of every request in the log."""
    return [getattr(record, fact) for record in caplog.records if record.name == "idp.request"]


@pytest.mark.parametrize("path", ODD_PATHS)
def test_no_handle_is_logged_wherever_it_is_in_a_path(
    harness: Harness, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        browser_at(harness).client.get(path, base_url=harness.settings.issuer)
        ask(harness, path, "evil.example")
    lines = [record for record in caplog.records if record.name == "idp.request"]
    assert len(lines) == 2
    for record in caplog.records:
        shown = json.dumps({name: str(value) for name, value in record.__dict__.items()})
        assert HANDLE[:20] not in shown
        assert HANDLE[20:] not in shown


def test_paths_without_secrets_are_logged_whole(harness: Harness, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        for path in ("/wp-login.php", "/account/security/recovery-codes/regenerate"):
            ask(harness, path, HOST)
    assert logged(caplog, "path") == ["/wp-login.php", "/account/security/recovery-codes/regenerate"]


def test_a_page_of_errors_that_cannot_be_rendered_is_still_an_answer(
    harness: Harness, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever breaks every page breaks the page of errors as well."""

    @harness.app.context_processor
    def broken() -> dict[str, str]:
        raise ZeroDivisionError

    with caplog.at_level(logging.DEBUG):
        answer = ask(harness, f"/x/recover/{HANDLE}", HOST)
    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    assert set(answer.headers.keys()) >= SECURITY_HEADERS
    assert "ZeroDivisionError" not in answer.text
    assert logged(caplog, "status") == [500]
    assert HANDLE not in caplog.text


def test_redirects_with_a_cookie_or_a_code_are_not_stored(harness: Harness, browser: Browser) -> None:
    jane = harness.person("jane")
    browser.get("/account/security")
    hops = list(browser.hops)
    browser.submit(username=jane.username, password=jane.password)
    hops += browser.hops
    app = RelyingParty(harness)
    app.send(browser)
    hops += browser.hops
    assert [hop.status_code for hop in hops if "Set-Cookie" in hop.headers]
    assert "code=" in hops[-1].headers["Location"]
    assert {hop.headers["Cache-Control"] for hop in hops} == {"no-store"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("served")) as product:
        yield product


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /jwks HTTP/1.1\r\nHost: localhost", 200),
        ("GET /jwks HTTP/1.1", 400),
        ("GET /jwks HTTP/1.1\r\nHost:", 400),
        ("GET /jwks HTTP/1.1\r\nHost: localhost\r\nHost: localhost", 400),
        ("GET /jwks HTTP/1.1\r\nHost: localhost\r\nHost: evil.example", 400),
        ("GET /jwks HTTP/1.1\r\nHost: evil.example", 421),
        (f"GET /jwks HTTP/1.1\r\nHost: {'a' * 64}.example", 400),
        ("GET /jwks HTTP/1.1\r\nHost: a..b", 400),
        ("GET http://evil.example/jwks HTTP/1.1", 421),
        ("GET /jwks HTTP/1.0", 200),
        ("GET /jwks HTTP/1.0\r\nHost: localhost", 200),
    ],
)
def test_over_the_network_a_host_is_named_once(served: Product, head: str, status: int) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as connection:
        connection.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
        answer = connection.makefile("rb").read().decode()
    assert int(answer.split(" ", 2)[1]) == status
    if status >= 400:
        assert "content-security-policy" in answer.lower()
