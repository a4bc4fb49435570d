"""Addresses in a registration: why each is refused. Pure; a function returns a reason, or "" when all is well."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from idp.config import LOOPBACK
from idp.kernel import uris
from idp.kernel.text import Text

LONGEST_URI = 2000

_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
"""A name or an address; other characters, such as `;`, would end a directive of a Content-Security-Policy."""
_PRIVATE_USE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def origin_problem(origin: str) -> str:
    """Return why scripts of this web origin must not read responses (RFC 6454 section 6.1)."""
    parts = _parsed(origin)
    if parts is None or origin != f"{parts.scheme}://{parts.netloc}" or not _is_web(parts):
        return Text("it must look like https://app.example.com, nothing behind it")
    return ""


def redirect_problem(uri: str, *, public: bool) -> str:
    """Return why this cannot be a redirect URI.

    RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 2.1.
    """
    parts = _parsed(uri)
    if parts is None or not parts.scheme or len(uri) > LONGEST_URI:
        return Text("it must be absolute, of plain ASCII, such as https://app.example.com/callback")
    if "#" in uri:
        return Text("it must not have a fragment")
    if parts.username is not None or parts.password is not None:
        return Text("it must not hold a user name")
    if "*" in parts.netloc or parts.path.endswith("*"):
        return Text("wildcards are not understood; register every address")
    return _scheme_problem(parts, public=public)


def home_page_problem(uri: str) -> str:
    """Return why this cannot be a home page (OpenID Connect Dynamic Client Registration 1.0 section 2)."""
    parts = _parsed(uri)
    if parts is None or not _is_web(parts):
        return Text("it must be https, such as https://app.example.com; http is for localhost only")
    return redirect_problem(uri, public=False)


def https_problem(uri: str) -> str:
    """Return why this is no https address, of this machine neither."""
    parts = _parsed(uri)
    if parts is None or not parts.hostname or parts.scheme != "https":
        return Text("it must be https, such as https://app.example.com")
    return redirect_problem(uri, public=False)


def back_channel_problem(uri: str) -> str:
    """Return why we cannot post there (OpenID Connect Back-Channel Logout 1.0 section 2.2)."""
    parts = _parsed(uri)
    if parts is None or parts.scheme not in {"http", "https"} or not _is_web(parts):
        return Text("it must be https, such as https://app.example.com/backchannel-logout; http is for localhost only")
    return redirect_problem(uri, public=False)


def fetched_problem(uri: str) -> str:
    """Return why we, or a browser, cannot fetch a document there (RFC 7591 section 2, RFC 9101 section 10.4)."""
    parts = _parsed(uri)
    if parts is None or parts.scheme not in {"http", "https"} or not _is_web(parts):
        return Text("it must be https, such as https://app.example.com/keys; http is for localhost only")
    return redirect_problem(uri, public=False)


def is_insecure(uri: str) -> bool:
    """Whether it is no https address, or one of this machine."""
    parts = _parsed(uri)
    return parts is None or parts.scheme != "https" or parts.hostname in LOOPBACK


def host_of(uri: str) -> str:
    """Return the host of an address, or its scheme when it has none; empty for what is no address."""
    parts = _parsed(uri)
    return (parts.hostname or parts.scheme) if parts else ""


def origin_of(uri: str) -> str:
    """Return scheme, host and port of an address; empty for what is no address."""
    return uris.origin_of(uri) if _parsed(uri) else ""


def _scheme_problem(parts: SplitResult, *, public: bool) -> str:
    if parts.scheme in {"http", "https"}:
        return "" if _is_web(parts) else Text("it must be https; http is for localhost only")
    if not _PRIVATE_USE.fullmatch(parts.scheme):
        return Text("its scheme must be https, or a domain of yours turned round, such as com.example.app")
    return "" if public else Text("a scheme of its own is for apps on phones and desktops, which are public clients")


def _is_web(parts: SplitResult) -> bool:
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


def _parsed(uri: str) -> SplitResult | None:
    try:
        parts = urlsplit(uri)
        well_formed = parts.port != 0 and (parts.hostname is None or _HOST.fullmatch(parts.hostname) is not None)
    except ValueError:
        return None
    return parts if well_formed and uri.isascii() and uri.isprintable() and not set(uri) & set(' "<>\\^`{|}') else None
