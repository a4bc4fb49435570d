"""Apps of each kind, as a developer would start them with what the console shows."""

import json
import subprocess
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

from authlib.integrations.requests_client import OAuth2Session

from clients.web_app.app import create_app as create_sample
from idp.kernel.entropy import SystemEntropy
from tests.support.local_servers import LocalServer

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sample</title><link rel="icon" href="data:,">
<button id="sign-in">Sign in</button><p id="who"></p>
<script type="module">
import { signIn, finishSignIn } from '/pasted.js'
document.querySelector('#sign-in').addEventListener('click', signIn)
if (location.pathname === '/callback') document.querySelector('#who').textContent = (await finishSignIn()).email
</script></html>"""
ANSWER = b"<!doctype html><html lang=en><title>Done</title><link rel=icon href=data:,><p id=who>Back in the app."


def start_web_app(at: LocalServer, *, issuer: str, client_id: str, secret: str, clock: Callable[[], int]) -> None:
    """The sample app of `clients/`."""
    at.start(create_sample(issuer=issuer, client_id=client_id, client_secret=secret, base_url=at.base, clock=clock))


def start_single_page_app(at: LocalServer, pasted: str) -> None:
    """A page with the script that the console shows, as it is."""

    def serve(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        script = environ["PATH_INFO"] == "/pasted.js"
        start_response("200 OK", [("Content-Type", "text/javascript" if script else "text/html")])
        return [(pasted if script else PAGE).encode()]

    at.start(serve)


class NativeApp:
    """A program on somebody's machine, which opens the browser and waits at a port of its own."""

    def __init__(self, at: LocalServer, *, issuer: str, client_id: str, scope: str) -> None:
        self._issuer, self._came = issuer, ""
        self._session = OAuth2Session(
            client_id,
            token_endpoint_auth_method="none",
            scope=scope,
            redirect_uri=f"{at.base}/callback",
            code_challenge_method="S256",
        )
        self._session.trust_env = False
        self._verifier = SystemEntropy().token(48)
        at.start(self._serve)

    @property
    def address(self) -> str:
        """Where it sends the browser."""
        made, self._state = self._session.create_authorization_url(
            f"{self._issuer}/authorize", code_verifier=self._verifier
        )
        return str(made)

    def who(self) -> str:
        """The address of whoever signed in."""
        assert parse_qs(self._came)["state"] == [self._state]
        code = parse_qs(self._came)["code"][0]
        self._session.fetch_token(f"{self._issuer}/token", code=code, code_verifier=self._verifier)
        return str(self._session.get(f"{self._issuer}/userinfo").json()["email"])

    def _serve(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/callback":
            self._came = environ["QUERY_STRING"]
        start_response("200 OK", [("Content-Type", "text/html")])
        return [ANSWER]


def run_service(pasted: str) -> str:
    """The access token that the pasted command prints."""
    done = subprocess.run(["sh", "-c", f"curl -s --noproxy '*' {pasted.removeprefix('curl ')}"],
                          capture_output=True, text=True, check=True)  # fmt: skip
    return str(json.loads(done.stdout)["access_token"])
