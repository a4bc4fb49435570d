"""Which language a page is in: what the app asked for, else what its reader chose, else what the browser says.

hear    an app's `ui_locales` (OIDC Core section 3.1.2.1), kept with the sign-in it began
meet    the person whose page it is, once they are known
reader  what follows for the page
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from idp.language.reader import Reader
from idp.language.tags import first_spoken

UI_LOCALES = "ui_locales"
LONGEST = 500
"""Characters of `Accept-Language` that are read. Browsers send a tenth of that; a longer one is somebody's attack."""


def use_ui_locales(parameters: Mapping[str, Any]) -> None:
    """Heed `ui_locales` among an app's parameters: languages by preference, of which unknown ones are passed over."""
    g.asked_language = first_spoken(str(parameters.get(UI_LOCALES) or "").split())


def use_profile_locale(profile: Mapping[str, Any]) -> None:
    """Speak to this person from here on; `profile` is their claims."""
    g.reader_profile = profile


def request_language() -> str:
    """The language of the request itself, whoever sent it; empty when it names none of ours."""
    return g.get("asked_language") or _of_browser() or ""


def current_reader() -> Reader:
    """Who reads what is answered now."""
    return Reader.from_profile(
        g.get("reader_profile", {}), first=g.get("asked_language") or "", otherwise=_of_browser() or ""
    )


def label(response: Response, spoken_to: Reader) -> None:
    """Say in the headers what language it is, and that another browser might get another."""
    response.content_language.add(spoken_to.language)
    response.vary.add("Accept-Language")


def _of_browser() -> str | None:
    accepted = parse_accept_header(request.headers.get("Accept-Language", "")[:LONGEST], LanguageAccept)
    return first_spoken(tag for tag, quality in accepted if quality > 0)
