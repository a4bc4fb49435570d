"""Creates the application."""

import logging
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, redirect, request
from werkzeug.wrappers import Response as BaseResponse

from .api import api
from .backchannel import UsedTokens, backchannel
from .config import Settings
from .forms import csrf_token, require_csrf_token
from .pages import pages
from .person import settings
from .problems import explain_problems
from .provider import Provider
from .sessions import MemorySessions
from .signin import signin

SCOPES = "openid profile email offline_access"


def create_app(
    *,
    issuer: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    base_url: str | None = None,
    clock: Callable[[], float] = time.time,
) -> Flask:
    """Create the app; missing arguments come from SAMPLE_APP_ISSUER, _CLIENT_ID, _CLIENT_SECRET and _BASE_URL."""
    chosen = Settings.load(issuer=issuer, client_id=client_id, client_secret=client_secret, base_url=base_url)
    app = Flask(__name__)
    app.config.update(
        # Cookies are shared by all ports of a host: on localhost a plain "session" would be the provider's as well.
        SESSION_COOKIE_NAME="sample_app",
        SESSION_COOKIE_SECURE=chosen.is_https,
        MAX_CONTENT_LENGTH=16 * 1024,
    )
    app.session_interface = app.extensions["sessions"] = MemorySessions(clock)
    app.extensions["used_logout_tokens"] = UsedTokens()
    app.extensions["settings"] = chosen
    app.extensions["provider"] = _register(app, chosen, clock)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.before_request(_redirect_to_own_address)
    app.before_request(require_csrf_token)
    app.after_request(_protect)
    for blueprint in (pages, signin, api, backchannel):
        app.register_blueprint(blueprint)
    explain_problems(app)
    logging.getLogger("authlib").setLevel(logging.INFO)  # its debug lines hold tokens and verifiers
    return app


def _register(app: Flask, chosen: Settings, clock: Callable[[], float]) -> Provider:
    """Register the provider; endpoints, keys and algorithms come from its discovery document."""
    registered = OAuth(app).register(
        "provider",
        client_cls=Provider,
        issuer=chosen.issuer,
        redirect_uri=chosen.redirect_uri,
        clock=clock,
        client_id=chosen.client_id,
        client_secret=chosen.client_secret,
        server_metadata_url=chosen.discovery_url,
        client_kwargs={
            "scope": SCOPES,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
            "default_timeout": 10,
        },
    )
    if not isinstance(registered, Provider):
        raise TypeError("Authlib made a client of another class")
    return registered


def _redirect_to_own_address() -> BaseResponse | None:
    """Lead from 127.0.0.1 to localhost: the session cookie of one is unknown at the other, where /callback is."""
    if request.method == "GET" and request.host in settings().other_local_hosts:
        return redirect(settings().base_url + request.full_path.rstrip("?"))
    return None


def _protect(response: Response) -> Response:
    """Set headers on every response: no foreign content, no frames, no caching of personal pages."""
    parts = urlsplit(settings().issuer)
    response.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        # Browsers apply form-action to redirects too, and signing out is a form that leads to the provider.
        f"form-action 'self' {parts.scheme}://{parts.netloc}",
    )
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response
