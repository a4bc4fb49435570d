"""Rendering of outbox messages: subject, plain text and HTML.

Messages have their own template environment: they are rendered outside any request, and only HTML is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from idp.kernel import user_agents
from idp.kernel.dates import Moment
from idp.kernel.request_origin import LOCAL
from idp.kernel.text import Text
from idp.language import jinja
from idp.language.geoip import GeoIp
from idp.language.localization import localize_values
from idp.language.reader import Reader
from idp.messaging.sealed_secrets import SealedSecret, Unseal

SECURITY_PAGE, RECOVER_PAGE, APPROVE_PAGE = "/account/security", "/recover", "/approve"


@dataclass(frozen=True)
class RenderedText:
    """A text message and the code in it."""

    text: str
    code: str


@dataclass(frozen=True)
class RenderedMail:
    """A mail; the subject is one line."""

    subject: str
    text: str
    html: str


class Renderer:
    """Renders the templates in `templates/email` and `templates/message`. Safe to share among threads."""

    def __init__(self, templates: Path, *, brand: str, issuer: str, unseal: Unseal, places: GeoIp) -> None:
        self._issuer, self._unseal, self._places = issuer, unseal, places
        self._environment = Environment(
            loader=FileSystemLoader(templates),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        jinja.install(self._environment)
        self._environment.globals |= {
            "brand": brand,
            "security_href": issuer + SECURITY_PAGE,
            "recover_href": issuer + RECOVER_PAGE,
            "approve_href": issuer + APPROVE_PAGE,
            "host": urlsplit(issuer).hostname,
        }

    def render_mail(self, template: str, context: Mapping[str, Any], *, path: str = "") -> RenderedMail:
        """Render the mail of an outbox row; `context` comes from `notices` (`when`: seconds, UTC).

        `path` is a link created just now, for messages without a sealed one. Language and time zone are those at the
        time of enqueuing. Links begin with the configured issuer, whatever the request's Host was.
        """
        forms = [f"email/{template}.{form}" for form in ("subject.txt", "txt", "html")]
        variables = self._variables(context, path)
        subject, text, html = (self._environment.get_template(form).render(variables) for form in forms)
        # Names are people's own words: a line break in one must not become a header of its own.
        return RenderedMail(" ".join(subject.split()), text.strip() + "\n", html.strip() + "\n")

    def render_text(self, template: str, context: Mapping[str, Any], *, channel: str) -> RenderedText:
        """Render the text message of an outbox row."""
        variables = self._variables(context) | {"channel": channel}
        text = self._environment.get_template(f"message/{template}.txt").render(variables)
        return RenderedText(text.strip(), str(variables["code"]))

    def _variables(self, context: Mapping[str, Any], path: str = "") -> dict[str, object]:
        sealed = SealedSecret.from_context(context)
        secret = self._unseal(sealed) if sealed else path  # a template knows which of the two it was
        reader = Reader(context["language"], context["zone"])
        variables = {
            **context,
            **jinja.variables(reader),
            "when": Moment(int(context["when"])),
            "browser": _browser(str(context["user_agent"])),
            "ip": self._address(str(context["ip"]), reader),
            "link": self._issuer + secret if secret else "",
            "code": secret,
        }
        return localize_values(variables, reader)

    def _address(self, address: str, reader: Reader) -> str:
        if address == LOCAL.address:
            return Text("The server itself")
        return self._places.with_place(address, reader.language) or Text("Unknown")


def _browser(user_agent: str) -> str:
    local = user_agent == LOCAL.user_agent
    return Text("None: an administrator did this") if local else user_agents.browser_name(user_agent)
