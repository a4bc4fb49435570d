"""Well-known software: how a client for it is registered, and the settings to paste into it.

What is printed is in `<name>.txt` beside this file; `$issuer`, `$client_id`, `$client_secret`, `$url`, `$encoded_url`,
`$host` (of the issuer) and `$listen` (options of a server) are replaced. `clients/README.md` shows the same texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import resources
from string import Template
from typing import Any
from urllib.parse import quote, urlsplit

from idp.admin import Refused
from idp.kernel.client_auth_methods import NONE
from idp.kernel.grant_types import AUTHORIZATION_CODE, CIBA, CLIENT_CREDENTIALS, DEVICE_CODE, REFRESH_TOKEN


class AppKind(StrEnum):
    """Kinds of apps, as an administrator tells them apart."""

    WEB = "web"
    BROWSER = "browser"
    NATIVE = "native"
    SERVICE = "service"
    DEVICE = "device"


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One kind of software; `callback` and `signed_out` are paths below the app's address, `fields` of `Registration`.

    `language` is the one that the settings are written in. `note` says what else is to know. `kind` is the kind of app.
    `tested`: our tests sign a person in to this software with these settings.
    """

    title: str
    language: str
    callback: str = ""
    signed_out: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    kind: AppKind = AppKind.WEB
    tested: bool = False


OFFLINE = ("openid", "profile", "email", "offline_access")
CLAIMS_NOTE = "It reads names and addresses in the ID token only, so the client is registered for that."
LOOPBACK_CALLBACKS = ("http://127.0.0.1/callback", "http://[::1]/callback")

RECIPES: Mapping[str, Recipe] = {
    "flask": Recipe(title="Flask: Authlib", language="python", callback="/callback", tested=True),
    "openid-client": Recipe(
        title="Node.js: openid-client",
        language="js",
        callback="/callback",
        tested=True,
    ),
    "spring": Recipe(
        title="Spring Security 6",
        language="yaml",
        callback="/login/oauth2/code/countersign",
        fields={"require_pkce": False},
        note="It sends no PKCE by default, so the client is registered without; better turn it on, as shown.",
    ),
    "aspnet": Recipe(
        title="ASP.NET Core", language="csharp", callback="/signin-oidc", signed_out="/signout-callback-oidc"
    ),
    "django-allauth": Recipe(
        title="Django: allauth",
        language="python",
        callback="/accounts/oidc/countersign/login/callback/",
        tested=True,
    ),
    "mozilla-django-oidc": Recipe(
        title="Django: mozilla-django-oidc", language="python", callback="/oidc/callback/", tested=True
    ),
    "python-social-auth": Recipe(
        title="Python Social Auth",
        language="python",
        callback="/complete/oidc/",
        note="Signing in begins with a form that is posted to /login/oidc/.",
        tested=True,
    ),
    "jupyterhub": Recipe(
        title="JupyterHub: oauthenticator", language="python", callback="/hub/oauth_callback", tested=True
    ),
    "streamlit": Recipe(
        title="Streamlit",
        language="toml",
        callback="/oauth2callback",
        signed_out="/oauth2callback",
        fields={"id_token_scope_claims": True},
        note=f"{CLAIMS_NOTE} The app calls st.login() and st.logout(), and reads st.user.",
        tested=True,
    ),
    "synapse": Recipe(
        title="Synapse (Matrix)",
        language="yaml",
        callback="/_synapse/client/oidc/callback",
        fields={"id_token_scope_claims": True},
        note=CLAIMS_NOTE,
        tested=True,
    ),
    "pgadmin": Recipe(
        title="pgAdmin",
        language="python",
        callback="/oauth2/authorize",
        fields={"id_token_scope_claims": True},
        note=CLAIMS_NOTE,
    ),
    "authjs": Recipe(
        title="Auth.js",
        language="js",
        callback="/auth/callback/countersign",
        fields={"id_token_scope_claims": True},
        note=f"{CLAIMS_NOTE} With next-auth the path of the redirect URI begins with /api/auth instead of /auth.",
        tested=True,
    ),
    "express": Recipe(
        title="Express: express-openid-connect",
        language="js",
        callback="/callback",
        fields={"id_token_scope_claims": True},
        note=CLAIMS_NOTE,
        tested=True,
    ),
    "oauth2-proxy": Recipe(
        title="oauth2-proxy",
        language="toml",
        callback="/oauth2/callback",
        note="The email address of a person must be verified, or the proxy refuses them.",
        tested=True,
    ),
    "apache": Recipe(
        title="Apache: mod_auth_openidc",
        language="apache",
        callback="/callback",
        signed_out="/signed-out",
        tested=True,
    ),
    "grafana": Recipe(
        title="Grafana: generic OAuth",
        language="ini",
        callback="/login/generic_oauth",
        signed_out="/login",
        fields={"scopes": OFFLINE},
    ),
    "nextcloud": Recipe(title="Nextcloud: user_oidc", language="sh", callback="/apps/user_oidc/code"),
    "gitlab": Recipe(title="GitLab", language="ruby", callback="/users/auth/openid_connect/callback"),
    "go": Recipe(title="Go: go-oidc", language="go", callback="/callback", tested=True),
    "browser": Recipe(
        title="A page without a server of its own",
        language="js",
        callback="/callback",
        fields={"token_endpoint_auth_method": NONE, "grant_types": (AUTHORIZATION_CODE,)},
        kind=AppKind.BROWSER,
        note="Its own address must be a web origin of the client, so that its script may read the answers.",
        tested=True,
    ),
    "cli": Recipe(
        title="A program on somebody's machine",
        language="text",
        fields={
            "token_endpoint_auth_method": NONE,
            "redirect_uris": LOOPBACK_CALLBACKS,
            "scopes": OFFLINE,
        },
        kind=AppKind.NATIVE,
        tested=True,
    ),
    "service": Recipe(
        title="A service without people",
        language="sh",
        fields={"grant_types": (CLIENT_CREDENTIALS,), "scopes": ()},
        note="Name what it may do with --scope, such as orders:read.",
        kind=AppKind.SERVICE,
        tested=True,
    ),
    "device": Recipe(
        title="A television or other device without a keyboard",
        language="sh",
        fields={
            "token_endpoint_auth_method": NONE,
            "grant_types": (DEVICE_CODE, REFRESH_TOKEN),
            "redirect_uris": (),
            "scopes": OFFLINE,
        },
        note="It shows the code and the address of the first answer, and asks again every five seconds.",
        kind=AppKind.DEVICE,
        tested=True,
    ),
    "ciba": Recipe(
        title="A terminal that asks for a sign-in (CIBA)",
        language="sh",
        fields={"grant_types": (CIBA, REFRESH_TOKEN), "redirect_uris": (), "scopes": OFFLINE},
        note="It shows the message, whose number the person types in their account, and asks again every five seconds.",
        kind=AppKind.DEVICE,
    ),
}
"""Name on the command line -> recipe."""


def recipe_fields(name: str, url: str | None, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a registration for this software at the address `url`; those `chosen` go before.

    Raises:
        Refused: the recipe needs an address, and there is none.
    """
    recipe = RECIPES[name]
    if recipe.callback and not url and "redirect_uris" not in chosen:
        raise Refused(f"--for {name} needs the address of the app: --url https://app.example.com")
    fields = dict(recipe.fields)
    if recipe.callback and url:
        base = url.rstrip("/")
        fields |= {"redirect_uris": (base + recipe.callback,), "client_uri": url}
        fields["post_logout_redirect_uris"] = (base + recipe.signed_out,)
        if recipe.kind is AppKind.BROWSER:
            fields["web_origins"] = ("://".join(urlsplit(url)[:2]),)
    return fields | dict(chosen)


def settings_for(name: str, *, issuer: str, client_id: str, secret: str | None, url: str | None) -> str:
    """Return what to paste into this software."""
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    base = (url or "https://app.example.com").rstrip("/")
    values = {"issuer": issuer, "client_id": client_id, "client_secret": secret or "...", "url": base}
    values |= {"encoded_url": quote(base, safe=""), "host": urlsplit(issuer).netloc, "listen": _listen_options(base)}
    return Template(text).substitute(values)


def _listen_options(url: str) -> str:
    """Return the options that let a server listen at the app's address; an https one has a proxy in front."""
    parts = urlsplit(url)
    return f"--host {parts.hostname} --port {parts.port or 80}" if parts.scheme == "http" else "--port 5000"
