"""The language of a page: requested by the client, else of the profile, else of the browser.

use_ui_locales      a client's `ui_locales` (OIDC Core section 3.1.2.1)
use_profile_locale  the person's own setting
current_reader      the resulting reader
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from flask import Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from idp.language.reader import Reader
from idp.language.tags import best_match
from idp.web.headers import vary_on

UI_LOCALES = "ui_locales"
LONGEST = 500
"""Characters of `Accept-Language` that are parsed, against overlong headers; browsers send a tenth."""


def use_ui_locales(parameters: Mapping[str, Any]) -> None:
    """Use a client's `ui_locales`: languages by preference; unsupported ones are ignored."""
    g.asked_language = best_match(str(parameters.get(UI_LOCALES) or "").split())


def use_profile_locale(profile: Mapping[str, Any]) -> None:
    """Use this person's language; `profile` is their claims."""
    g.reader_profile = profile


def request_language() -> str:
    """Return the language of the request itself; empty when it names no supported one."""
    return g.get("asked_language") or _browser_language() or ""


def current_reader() -> Reader:
    """Return the reader of this response."""
    return Reader.from_profile(
        g.get("reader_profile", {}), first=g.get("asked_language") or "", otherwise=_browser_language() or ""
    )


def set_language_headers(response: Response, reader: Reader) -> None:
    """Set `Content-Language` and `Vary`."""
    response.headers["Content-Language"] = reader.language
    vary_on(response, "Accept-Language")


def _browser_language() -> str | None:
    return _preferred_language(request.headers.get("Accept-Language", "")[:LONGEST])


@functools.lru_cache(maxsize=256)
def _preferred_language(header: str) -> str | None:
    """Browsers send few different headers, each with every request."""
    accepted = parse_accept_header(header, LanguageAccept)
    return best_match(tag for tag, quality in accepted if quality > 0)
