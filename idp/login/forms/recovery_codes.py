"""Recovery codes as a text file."""

from __future__ import annotations

from urllib.parse import quote

from idp.kernel.text import Text
from idp.web.context import services
from idp.web.pages import translate


def download_href(codes: tuple[str, ...]) -> str:
    """Return a link that saves the codes as a text file, without another request."""
    title = Text("{brand} recovery codes", brand=services().settings.brand)
    text = "\r\n".join((translate(title), translate(Text("Each code works once.")), "", *codes, ""))
    return "data:text/plain;charset=utf-8," + quote(text)
