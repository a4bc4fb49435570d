"""Debian's Apache with mod_auth_openidc, in a configuration of our own: a page only signed-in people see."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from idp.server import local_ports
from tests.support.product import LOCALHOST, RegisteredApp

MODULES = Path("/usr/lib/apache2/modules")
OPENIDC = MODULES / "mod_auth_openidc.so"
START_SECONDS = 60.0
LOADED = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "dir",
    "headers",
    "auth_openidc",
)

CLAIMS = '{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}'
SERVER = """\
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
ErrorLog {folder}/error.log
{modules}
{account}
DocumentRoot {folder}/pages
DirectoryIndex index.html
"""
CONFIGURATION = """\
{more}
OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCProviderTokenEndpointAuth {auth_method}
OIDCRedirectURI {base}/cb
OIDCCryptoPassphrase only-this-test-knows-it
OIDCPKCEMethod S256
OIDCResponseMode {response_mode}
OIDCScope "openid profile email offline_access"
OIDCProviderAuthRequestMethod {request_method}
OIDCAuthRequestParams claims={claims}
OIDCInfoHook access_token refresh_token id_token userinfo
OIDCRemoteUserClaim email

<Location />
  AuthType openid-connect
  <RequireAll>
    Require claim acr:mfa
    Require claim amr:otp
  </RequireAll>
  Header set X-Remote-User "expr=%{{REMOTE_USER}}"
</Location>
<Location /bye>
  AuthType None
  Require all granted
</Location>
"""


@dataclass(frozen=True)
class Apache:
    """Where it listens, and what it complained about."""

    folder: Path
    base: str

    @property
    def complaints(self) -> str:
        return (self.folder / "error.log").read_text(encoding="utf-8", errors="replace")


def program() -> str | None:
    """The web server, when its module is there as well."""
    return shutil.which("apache2", path="/usr/sbin:/usr/bin") if OPENIDC.exists() else None


@contextlib.contextmanager
def protected_by(
    issuer: str,
    app: RegisteredApp,
    port: int,
    *,
    response_mode: str = "query",
    request_method: str = "GET",
    auth_method: str = "client_secret_basic",
    more: str = "",
) -> Iterator[Apache]:
    """Serve with the configuration of these tests until the block ends; `more` are further lines of it."""
    text = CONFIGURATION.format(
        base=f"http://localhost:{port}",
        issuer=issuer,
        claims=quote(CLAIMS, safe=""),
        client_id=app.client_id,
        secret=app.secret or "none",
        response_mode=response_mode,
        request_method=request_method,
        auth_method=auth_method,
        more=more,
    )
    with configured_with(text, port) as apache:
        yield apache


@contextlib.contextmanager
def configured_with(text: str, port: int) -> Iterator[Apache]:
    """Serve until the block ends. As root the workers become `nobody`, who must be able to read the pages."""
    with tempfile.TemporaryDirectory(prefix="idp-apache-", dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        for page, said in {"": "for members", "bye": "goodbye", "signed-out": "goodbye"}.items():
            (folder / "pages" / page).mkdir(parents=True, exist_ok=True)
            (folder / "pages" / page / "index.html").write_text(said)
        server = SERVER.format(
            folder=folder,
            port=port,
            modules="\n".join(f"LoadModule {each}_module {MODULES}/mod_{each}.so" for each in LOADED),
            account="User nobody\nGroup nogroup" if os.geteuid() == 0 else "",
        )
        (folder / "configuration").write_text(server + text)
        with _running(folder, port):
            yield Apache(folder, f"http://localhost:{port}")


@contextlib.contextmanager
def _running(folder: Path, port: int) -> Iterator[None]:
    command: list[str | Path] = [program() or "apache2", "-f", folder / "configuration", "-DFOREGROUND"]
    process = subprocess.Popen(command, env={"PATH": os.environ["PATH"]}, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + START_SECONDS
        while local_ports.http_status(LOCALHOST, port, "/") is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                message = f"Apache did not start:\n{process.communicate()[1]}"
                raise RuntimeError(message)
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)
