"""The product behind a proxy that asks clients for certificates, and passes them on."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.support.certificates import Authority
from tests.support.databases import Databases
from tests.support.harness import Harness, fresh_harness

HEADER = "X-Client-Cert"
MTLS = "https://mtls.id.example.test"


@contextlib.contextmanager
def behind_proxy(databases: Databases, directory: Path, authority: Authority, **settings: str) -> Iterator[Harness]:
    """A harness that trusts one authority."""
    bundle = directory / "authorities.pem"
    bundle.write_bytes(authority.pem)
    trusted = {"client_certificate_header": HEADER, "client_certificate_authorities": str(bundle)}
    with fresh_harness(databases, directory, trusted_proxies=1, mtls_origin=MTLS, **trusted, **settings) as made:
        yield made
