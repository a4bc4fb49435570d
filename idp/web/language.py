"""The language of a page: the client's `ui_locales`, else the reader's choice, else the browser's.

use_ui_locales        a client's `ui_locales` (OIDC Core section 3.1.2.1), stored with the login flow
use_profile_locale    the person whose page it is, once they are known
current_reader        the language and zone of the page
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from idp.language.reader import Reader
from idp.language.tags import best_match

UI_LOCALES = "ui_locales"
LONGEST = 500
"""Characters of `Accept-Language` that are read. Browsers send a tenth of that; a longer one is somebody's attack."""


def use_ui_locales(parameters: Mapping[str, Any]) -> None:
    """Heed `ui_locales` among an app's parameters: languages by preference, of which unknown ones are passed over."""
    g.asked_language = best_match(str(parameters.get(UI_LOCALES) or "").split())


def use_profile_locale(profile: Mapping[str, Any]) -> None:
    """Render pages for this person from here on; `profile` is their claims."""
    g.reader_profile = profile


def request_language() -> str:
    """The language of the request itself, whoever sent it; empty when it names none of ours."""
    return g.get("asked_language") or _browser_language() or ""


def current_reader() -> Reader:
    """Who reads what is answered now."""
    return Reader.from_profile(
        g.get("reader_profile", {}), first=g.get("asked_language") or "", otherwise=_browser_language() or ""
    )


def set_language_headers(response: Response, spoken_to: Reader) -> None:
    """Set `Content-Language`, and `Vary`, since another browser may get another language."""
    response.content_language.add(spoken_to.language)
    response.vary.add("Accept-Language")


def _browser_language() -> str | None:
    accepted = parse_accept_header(request.headers.get("Accept-Language", "")[:LONGEST], LanguageAccept)
    return best_match(tag for tag, quality in accepted if quality > 0)
