"""The doctor tries whether a stranger's certificate comes through the proxy."""

from collections.abc import Callable
from pathlib import Path

import pytest

from idp.server.doctor.certificate_header import check_certificate_header
from tests.support.databases import SqliteDatabases
from tests.support.harness import Harness, migrate
from tests.support.issuer_client import IssuerClient
from tests.support.receiver import Asked, receiver

HEADER = "x-client-cert"
Proxy = Callable[[dict[str, str]], str]
"""Headers of a request -> the certificate that is passed on."""
PROXIES: dict[str, tuple[Proxy, str]] = {
    "drops": (lambda _: "", "ok"),
    "passes on": (lambda headers: headers.get(HEADER, ""), "FAIL"),
    "passes on underscores": (lambda headers: headers.get(HEADER.replace("-", "_"), ""), "FAIL"),
}


@pytest.mark.parametrize("form", ["escaped-pem", "rfc9440"])
def test_the_doctor_forges_a_certificate(sqlite_databases: SqliteDatabases, tmp_path: Path, form: str) -> None:
    """A proxy that drops the header is well; one that passes it on, in either spelling, is not."""
    with sqlite_databases.fresh(migrate) as url, receiver(lambda _: (404, b"")) as server:
        made = Harness(
            url, tmp_path, mode="development", issuer=server.origin, trusted_proxies=1,
            client_certificate_header="X-Client-Cert", client_certificate_format=form,
        )  # fmt: skip
        client, found = IssuerClient(made.app, made.settings.issuer), {}
        for name, (passed_on, _) in PROXIES.items():

            def serve(asked: Asked, choose: Proxy = passed_on) -> tuple[int, bytes]:
                sent = {"Authorization": asked.headers["authorization"], "X-Client-Cert": choose(asked.headers)}
                answer = client.get(asked.path, headers=sent)
                return answer.status_code, answer.data

            server.api = serve
            found[name] = [finding.level.value for finding in check_certificate_header(made.settings, made.clock)]
        server.api = lambda _: (200, b"<html>")
        (unclear,) = check_certificate_header(made.settings, made.clock)
        made.close()
    assert found == {name: [level] for name, (_, level) in PROXIES.items()}
    assert (unclear.level.value, "status 200" in unclear.message) == ("warn", True)


def test_without_certificates_nothing_is_sent(harness: Harness) -> None:
    assert list(check_certificate_header(harness.settings, harness.clock)) == []
