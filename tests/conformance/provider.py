"""The product as its operator runs it behind a reverse proxy, with people and the clients of one plan."""

import contextlib
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jwcrypto.jwk import JWK, JWKSet

from idp.app import assemble
from idp.config import Settings, variable
from idp.kernel.handles import digest
from idp.persistence import schema
from idp.persistence.client_metadata import ClientMetadata
from idp.persistence.clients import Client
from idp.services import Services
from tests.conformance.certificates import CLIENT_CERTIFICATE, ClientAuthority, subject_of
from tests.conformance.ciba_plans import NOTIFIED_AT
from tests.conformance.people import Member, add_people
from tests.conformance.plan import CODE_GRANTS, Plan
from tests.conformance.plans import BACKCHANNEL, FRONTCHANNEL
from tests.conformance.resource_server import PATH, running_resource_server
from tests.support.command import PROGRAM, fetch
from tests.support.harness import CHEAP_HASH

ROTATE = ("keys", "rotate", "--now", "--alg", "RS256")
TAKES_KEYS_IN = 15
"""Seconds; a server looks for new keys every ten."""
PLENTY = "100000"


@dataclass(frozen=True)
class Site:
    """Where both are: the suite, the issuer as browsers see it, and the port behind its reverse proxy.

    `mtls_origin` is where the proxy asks for certificates, `resource_port` the port of the API beside the product,
    `ca_file` has the certificate authority of the suite's certificate, in PEM.
    """

    suite: str
    issuer: str
    mtls_origin: str
    port: int
    resource_port: int
    ca_file: str


@dataclass(frozen=True)
class RegisteredClient:
    """A client as the suite gets it; `certificate` as `ClientAuthority.issue` returns it."""

    client_id: str
    secret: str
    private_keys: dict[str, Any]
    certificate: dict[str, str]


@dataclass
class Provider:
    """One running installation for one plan."""

    issuer: str
    mtls_origin: str
    environment: dict[str, str]
    clients: dict[str, RegisteredClient]
    people: list[Member]

    def rotate_keys(self) -> None:
        """Sign with a new key from now on; the server takes it in by itself."""
        subprocess.run([PROGRAM, *ROTATE], env=self.environment, check=True, capture_output=True)
        time.sleep(TAKES_KEYS_IN)


@contextlib.contextmanager
def running_provider(plan: Plan, site: Site, alias: str) -> Iterator[Provider]:
    """Serve until the block ends; everything is new, and deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        authority = ClientAuthority()
        values = _settings(plan, site, Path(folder)) | _certificate_settings(plan, site, authority.write(Path(folder)))
        environment = dict(os.environ) | {variable(name): str(value) for name, value in values.items()}
        environment |= {"SSL_CERT_FILE": site.ca_file} if site.ca_file else {}
        values["data_dir"].mkdir()
        settings = Settings.model_validate(values)
        services = assemble(settings)
        schema.upgrade(services.settings.database)
        people = add_people(services)
        callback = f"{site.suite}/test/a/{alias}"
        names = () if plan.dynamic else ("client", "client2", "client_secret_post")
        clients = {name: _register(services, plan, name, callback, authority) for name in names}
        services.database.close()
        with (
            (Path(folder) / "serve.log").open("wb") as log,
            _served(environment, site.port, log),
            _resource_server(plan, settings, site.resource_port),
        ):
            yield Provider(site.issuer, site.mtls_origin, environment, clients, people)


def _resource_server(plan: Plan, settings: Settings, port: int) -> AbstractContextManager[None]:
    return running_resource_server(settings, port) if plan.resource == PATH else contextlib.nullcontext()


def _settings(plan: Plan, site: Site, folder: Path) -> dict[str, Any]:
    return {
        "issuer": site.issuer,
        "data_dir": folder / "data",
        "keys_dir": folder / "keys",
        "trusted_proxies": 1,
        "smtp_url": "smtp://localhost:1",
        "private_hosts": urlsplit(site.suite).hostname,
        "key_publish_ahead": 60,
        "throttle_per_quarter_hour": PLENTY,
        "throttle_per_day": PLENTY,
        "throttle_network_per_quarter_hour": PLENTY,
        "throttle_network_per_day": PLENTY,
        "login_flows_per_network": PLENTY,
        **CHEAP_HASH,
        **plan.settings,
    }


def _certificate_settings(plan: Plan, site: Site, authorities: Path) -> dict[str, Any]:
    if not plan.needs_certificates:
        return {}
    return {
        "client_certificate_header": CLIENT_CERTIFICATE,
        "client_certificate_authorities": str(authorities),
        "mtls_origin": site.mtls_origin,
    }


def _register(services: Services, plan: Plan, name: str, callback: str, authority: ClientAuthority) -> RegisteredClient:
    """Register a client of the suite for one alias; it is asked for consent, as one of somebody else is."""
    secret, keys = services.entropy.token(), JWKSet()
    keys.add(_new_key(name, "PS256" if "metadata" in plan.client else "RS256"))
    method = "client_secret_post" if name == "client_secret_post" else "client_secret_basic"
    values: dict[str, Any] = {
        "client_id": f"{plan.key}-{name}",
        "client_name": f"Suite {name}",
        "token_endpoint_auth_method": method,
        "redirect_uris": [f"{callback}/callback", f"{callback}/callback?dummy1=lorem&dummy2=ipsum"],
        "post_logout_redirect_uris": [f"{callback}/post_logout_redirect"],
        "web_origins": [],
        "grant_types": CODE_GRANTS,
        "response_types": ["code"],
        "scopes": list(plan.scopes),
        "require_pkce": False,
        **_logout(plan, callback),
        **plan.client,
    }
    if plan.variant.get("ciba_mode") == "ping":
        values["metadata"] = replace(
            plan.metadata, backchannel_client_notification_endpoint=f"{callback}/{NOTIFIED_AT}"
        )
    if plan.shows_certificates:
        subject = subject_of(values["client_id"])
        values["metadata"] = replace(plan.metadata, tls_client_auth_subject_dn=subject)
    if plan.uses_keys:
        values["jwks"] = json.loads(keys.export(private_keys=False))
    else:
        values["secret_digest"] = digest(secret)
    with services.database.write() as tx:
        tx.clients.add(Client(**values))
    private = json.loads(keys.export(private_keys=True))
    return RegisteredClient(values["client_id"], secret, private, authority.issue(values["client_id"]))


def _logout(plan: Plan, callback: str) -> dict[str, Any]:
    uri = f"{callback}/{plan.logout}"
    if plan.logout == BACKCHANNEL:
        return {"backchannel_logout_uri": uri, "backchannel_logout_session_required": True}
    if plan.logout == FRONTCHANNEL:
        members = ClientMetadata(frontchannel_logout_uri=uri, frontchannel_logout_session_required=True)
        return {"metadata": members}
    return {}


def _new_key(kid: str, alg: str) -> JWK:
    return JWK.generate(kty="RSA", size=2048, kid=kid, use="sig", alg=alg)


@contextlib.contextmanager
def _served(environment: dict[str, str], port: int, log: Any) -> Iterator[None]:  # noqa: ANN401 - an open file
    command = [str(PROGRAM), "serve", "--port", str(port), "--workers", "1"]
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        fetch(port, "/")
        yield
    finally:
        process.terminate()
        process.wait(60)
